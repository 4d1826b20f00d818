// Dashboards: the shipped ones show something, one's own are edited, kept, exported and imported.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server } from './harness.mjs';

let server;
let browser;
let page;
before(async () => {
  server = await Server.start();
  server.addUser('alice', 'admin');
  server.addUser('vera', 'viewer');
  server.feed();
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'alice');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const boards = ['api', 'authentication', 'configuration-changes', 'network', 'operations', 'web-attacks'];

test('every shipped board shows its panels, in the dark and in the light', async () => {
  for (const board of boards) {
    for (const scheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${server.url}/dashboards?board=${board}`);
      await page.getByRole('button', { name: 'Duplicate' }).waitFor();
      await page.waitForFunction(() => !document.body.textContent.includes('Working it out'));
      assert.equal(await page.getByText('That did not work').count(), 0, board);
      const panels = await page.getByRole('region').count();
      const empty = await page.getByText('Nothing in this time').count();
      assert.ok(empty < panels / 2, `${board}: ${empty} of ${panels} are empty`);
      assert.equal(await page.getByRole('button', { name: 'Edit', exact: true }).count(), 0);
      await page.waitForTimeout(300);
      assert.deepEqual(await accessibility(page), [], `${board} ${scheme}`);
    }
  }
  assert.deepEqual(page.faults, []);
});

test('a copy is edited, moved by keys, saved, and there after a reload', async () => {
  await page.goto(`${server.url}/dashboards?board=authentication`);
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await page.getByLabel('Title of the dashboard').fill('Ours');
  const move = page.getByRole('button', { name: /^Move Failed log-ins:/ });
  await move.focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: 'Users with most failures: actions' }).click();
  await page.getByRole('menuitem', { name: 'Edit the panel' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Title' }).fill('Guessed names');
  const query = page.getByRole('dialog').getByRole('textbox', { name: 'Query' });
  await query.fill('event.outcome:failure | top 3 user.name');
  await query.press('Enter');
  await page.getByRole('region', { name: 'Preview' }).getByRole('button').first().waitFor();
  await page.getByRole('button', { name: 'Take it' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/board=ours/);
  await page.reload();
  await page.getByRole('heading', { name: 'Guessed names' }).waitFor();
  const kept = await page.evaluate(() => fetch('/api/v1/documents/dashboards/ours').then((r) => r.json()));
  const moved = kept.document.panels.find((p) => p.id === 'failures');
  assert.deepEqual([moved.x, kept.title, kept.version], [1, 'Ours', 1]);
  assert.deepEqual(page.faults, []);
});

test('a panel is dragged by the mouse', async () => {
  await page.goto(`${server.url}/dashboards?board=ours`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const handle = await page.getByRole('button', { name: /^Move Log-ins over time:/ }).boundingBox();
  await page.mouse.move(handle.x + 5, handle.y + 5);
  await page.mouse.down();
  await page.mouse.move(handle.x + 5, handle.y + 420, { steps: 12 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  const kept = await page.evaluate(() => fetch('/api/v1/documents/dashboards/ours').then((r) => r.json()));
  assert.ok(
    kept.document.panels.find((p) => p.id === 'over-time').y >= 5,
    JSON.stringify(kept.document.panels),
  );
});

test('who edits an old version is told, and may save over it', async () => {
  await page.goto(`${server.url}/dashboards?board=ours`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  const other = await page.evaluate(async () => {
    const session = await fetch('/api/v1/session').then((r) => r.json());
    const there = await fetch('/api/v1/documents/dashboards/ours').then((r) => r.json());
    const body = JSON.stringify({
      title: 'Theirs',
      document: there.document,
      version: there.version,
    });
    const headers = { 'X-Csrf-Token': session.csrf };
    return (await fetch('/api/v1/documents/dashboards/ours', { method: 'PUT', body, headers })).status;
  });
  assert.equal(other, 200);
  await page.getByLabel('Title of the dashboard').fill('Mine after all');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/alice saved version/).waitFor();
  await page.getByRole('button', { name: 'Save over it' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Dashboard' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Dashboard' }).inputValue(), 'Mine after all');
});

test('what is exported can be imported, and a wrong file is told its places', async () => {
  await page.goto(`${server.url}/dashboards?board=ours`);
  await page.getByRole('button', { name: 'More' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export as JSON' }).click();
  const file = path.join(server.folder, 'board.json');
  await (await waiting).saveAs(file);
  const importing = async (name) => {
    await page.getByRole('button', { name: 'More' }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('menuitem', { name: 'Import JSON …' }).click();
    await (await chooser).setFiles(name);
  };
  const wrong = path.join(server.folder, 'wrong.json');
  fs.writeFileSync(wrong, '{"title":"x","document":{"panels":[{"id":"a","type":"<b>gauge</b>"}]}}');
  await importing(wrong);
  await page.getByText('panels[0].type').waitFor();
  await page.goto(`${server.url}/dashboards?board=ours`);
  await importing(file);
  await page.getByLabel('Title of the dashboard').fill('Imported');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/board=mine-after-all|board=imported/);
  const [a, b] = await page.evaluate(async () => {
    const all = (await fetch('/api/v1/documents/dashboards').then((r) => r.json())).documents;
    return [all.find((d) => d.id === 'ours').document, all.find((d) => d.title === 'Imported').document];
  });
  assert.deepEqual(a, b);
});

test('a value leads to its events, and leaving with changes asks first', async () => {
  await page.goto(`${server.url}/dashboards?board=authentication`);
  await page.getByRole('region', { name: 'Addresses with most failures' }).getByRole('button').nth(1).click();
  await page.waitForURL(/\/events\?.*source\.ip/);
  await page.goto(`${server.url}/dashboards?board=ours`);
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.getByRole('link', { name: 'Events' }).click();
  await page.getByText('Leave without saving?').waitFor();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.waitForURL(/\/events/);
});

test('a wall shows the board alone', async () => {
  await page.goto(`${server.url}/dashboards?board=operations&wall=true`);
  await page.getByRole('button', { name: 'Leave full screen' }).waitFor();
  assert.equal(
    await page
      .getByRole('link', { name: 'Alerts' })
      .isVisible()
      .catch(() => false),
    false,
  );
  await page.getByRole('button', { name: 'Leave full screen' }).click();
  await page.getByRole('link', { name: /Alerts/ }).waitFor();
});

test('a viewer looks and changes nothing', async () => {
  const other = await newPage(browser, server);
  await logIn(other, server, 'vera', '/dashboards?board=ours');
  await other.getByRole('button', { name: 'More' }).waitFor();
  assert.equal(await other.getByRole('button', { name: 'Edit', exact: true }).count(), 0);
  assert.equal(await other.getByRole('button', { name: 'Duplicate' }).count(), 0);
  const status = await other.evaluate(async () => {
    const session = await fetch('/api/v1/session').then((r) => r.json());
    const body = JSON.stringify({ title: 'x', document: { panels: [] } });
    return (
      await fetch('/api/v1/documents/dashboards/x', {
        method: 'PUT',
        body,
        headers: { 'X-Csrf-Token': session.csrf },
      })
    ).status;
  });
  assert.equal(status, 403);
  assert.deepEqual(other.faults, []);
  await other.context().close();
});
