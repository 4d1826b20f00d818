// Entities: found, shown with what they did and what was done, blocked; and a record proven in the browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server, waitFor } from './harness.mjs';

let server;
let browser;
let page;
let admin;
let address; // the one with the most alerts
before(async () => {
  server = await Server.start();
  server.addUser('alice', 'admin');
  server.addUser('vera', 'viewer');
  server.feed();
  admin = server.key('admin');
  const answer = await fetch(`${server.url}/api/v1/alerts?limit=500`, { headers: { 'X-Api-Key': admin } });
  const counts = new Map();
  for (const alert of (await answer.json()).alerts) {
    for (const { field, value } of alert.key) {
      if (field === 'source.ip') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  address = [...counts].sort((a, b) => b[1] - a[1])[0][0];
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'alice');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const pageOf = (kind, value) => `${server.url}/entities?kind=${kind}&value=${encodeURIComponent(value)}`;

test('the start page names those that stand out, and finds an address by a part of it', async () => {
  await page.goto(`${server.url}/entities`);
  await page.getByRole('table', { name: 'Entities by alerts' }).getByRole('row').nth(1).waitFor();
  await page.getByLabel('Name', { exact: true }).fill(address.slice(0, -1));
  const found = page.getByRole('status', { name: 'Found' }).getByRole('button', { name: address, exact: true });
  await found.click();
  await page.getByRole('heading', { level: 1, name: address }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('kind'), 'address');
  await page.goBack();
  await page.getByLabel('Name', { exact: true }).fill(address);
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('heading', { level: 1, name: address }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('its page shows what it did over time, its alerts, and who else is in the picture', async () => {
  await page.goto(pageOf('address', address));
  await page.getByRole('img', { name: 'What it did, and what was done about it, over time' }).waitFor();
  await page.getByRole('img', { name: 'Where events come from' }).waitFor();
  await page.getByText(/\d+ open alerts?/).waitFor();
  await page.getByRole('tab', { name: /^Alerts \d/ }).click();
  await page.getByRole('table', { name: 'Alerts' }).getByRole('row').nth(1).waitFor();
  await page.waitForURL(/tab=alerts/);
  await page.getByRole('table', { name: 'Alerts' }).getByRole('link').first().click();
  await page.getByRole('dialog').getByText('Why it fired').waitFor();
  await page.goto(`${pageOf('address', address)}&tab=peers`);
  await page.getByRole('heading', { name: 'Users from this address' }).waitFor();
  for (const tab of ['logins', 'requests', 'flows']) {
    await page.goto(`${pageOf('address', address)}&tab=${tab}`);
    await page.getByText(/newest first|No .* in this time/).waitFor();
  }
  assert.deepEqual(page.faults, []);
});

test('everything of it opens in Events', async () => {
  await page.goto(pageOf('address', address));
  await page.getByRole('link', { name: 'Open in Events: what it did' }).click();
  await page.waitForURL(/\/events\?.*q=source\.ip/);
  await page.getByRole('row').nth(2).waitFor();
});

test('a rest on a name shows its card, and Escape takes it away', async () => {
  await page.goto(`${server.url}/entities`);
  const table = page.getByRole('table', { name: 'Entities by alerts' });
  const name = table.getByRole('row').nth(1).getByRole('button').first();
  await name.hover();
  const card = page.getByRole('tooltip');
  await card.getByText('Last seen').waitFor();
  await card.getByText('Open alerts').waitFor();
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'detached' });
  await page.mouse.move(0, 0);
  // By the keyboard too.
  await page.getByRole('button', { name: 'Show' }).waitFor();
  await page.getByLabel('Name', { exact: true }).focus();
  for (let i = 0; i < 4 && (await card.count()) === 0; i += 1) {
    await page.keyboard.press('Tab');
    await page.waitForTimeout(700);
  }
  await card.getByText('First seen').waitFor();
  assert.deepEqual(page.faults, []);
});

test('the caret beside a name opens what to do with it', async () => {
  await page.goto(pageOf('address', address) + '&tab=requests');
  const caret = page.getByRole('button', { name: /^source\.ip .*: actions$/ }).first();
  await caret.waitFor();
  await caret.click();
  await page.getByRole('menuitem', { name: 'Filter out' }).click();
  await page.waitForURL(/\/events\?.*not/);
});

test('it is blocked and unblocked from its page', async () => {
  const guest = '198.51.100.77';
  await server.send([`${guest} - - [${new Date().toUTCString().slice(5, 16).replaceAll(' ', '/')}:${new Date().toISOString().slice(11, 19)} +0000] "GET /x HTTP/1.1" 200 1 "-" "x"`]);
  await page.goto(pageOf('address', guest));
  await page.getByText('Nothing is decided').waitFor();
  await page.getByRole('button', { name: 'Block …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('What would come of it').waitFor();
  await dialog.getByRole('button', { name: `Block ${guest}` }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Blocked', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Unblock …' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('a test');
  await page.getByRole('dialog').getByRole('button', { name: 'Unblock' }).click();
  await page.getByText('Nothing is decided').waitFor();
  assert.deepEqual(page.faults, []);
});

test('names that would be markup are text', async () => {
  const hostile = ['<img src=x onerror="window.hacked=1">', '"><svg onload=window.hacked=1>', 'a" or * | head 1', '{{7*7}}', '12345678901234567890'];
  await server.send(hostile.map((h) => JSON.stringify({ message: h, 'user.name': h, 'event.action': 'login', 'event.category': 'authentication', 'event.outcome': 'failure', 'source.ip': '203.0.113.66', 'host.name': h, 'session.id': h, 'event.dataset': 'app.auth' })), 'hostile');
  await page.waitForTimeout(1000);
  for (const value of hostile) {
    for (const kind of ['user', 'host', 'session']) {
      const url = new URL(`${server.url}/entities`);
      url.searchParams.set('kind', kind);
      url.searchParams.set('value', /^\d+$/.test(value) ? `"${value}"` : value);
      await page.goto(url.href);
      const title = page.getByRole('heading', { level: 1 });
      await title.waitFor();
      assert.equal(await title.textContent(), value);
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => window.hacked), undefined, `${kind} ${value}`);
    }
  }
  await page.goto(`${pageOf('address', '203.0.113.66')}&tab=peers`);
  const name = page.getByRole('button', { name: hostile[0], exact: true }).first();
  await name.hover();
  await page.getByRole('tooltip').getByText('Last seen').waitFor();
  await name.click();
  await page.getByRole('heading', { level: 1, name: hostile[0] }).waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.deepEqual(page.faults, []);
});

test('who may only look sees no Block', async () => {
  const other = await newPage(browser, server);
  await logIn(other, server, 'vera', `/entities?kind=address&value=${address}`);
  await other.getByText(/\d+ open alerts?/).waitFor();
  assert.equal(await other.getByRole('button', { name: /^(Block|Unblock|Lift|Disable)/ }).count(), 0);
  assert.deepEqual(other.faults, []);
  await other.context().close();
});

test('a record is proven in the browser, and a changed byte is told', async () => {
  await waitFor('a checkpoint over the first records', async () => {
    const answer = await fetch(`${server.url}/api/v1/journal/proof/5`, { headers: { 'X-Api-Key': admin } });
    return answer.ok;
  }, 90_000);
  await page.goto(`${server.url}/events?open=event:5`);
  await page.getByText('Verified in this browser').waitFor();
  await page.route('**/api/v1/events/5?*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    body.record.text = body.record.text.replace(/.$/, (c) => (c === 'x' ? 'y' : 'x'));
    await route.fulfill({ response: answer, json: body });
  });
  await page.reload();
  await page.getByText('Not verified: this record does not fit the journal').waitFor();
  await page.unroute('**/api/v1/events/5?*');
  assert.deepEqual(page.faults, []);
});

test('entities can be used by everybody, dark and light', async () => {
  const wrong = [];
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const paths = ['/entities', '/events?open=event:5', ...['overview', 'logins', 'requests', 'alerts', 'flows', 'peers'].map((t) => `/entities?kind=address&value=${address}&tab=${t}`)];
    for (const path of paths) {
      await page.goto(server.url + path);
      await page.waitForTimeout(1500);
      wrong.push(...(await accessibility(page)).map((v) => `${scheme} ${path} ${v}`));
    }
  }
  assert.deepEqual(wrong, []);
});
