// Every page against a day of the demo: from the overview to the block, and hostile lines made harmless.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server } from './harness.mjs';

let server;
let browser;
let page;
before(async () => {
  server = await Server.start();
  server.addUser('alice', 'admin');
  server.feed();
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'alice');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

async function shows(path, text) {
  await page.mouse.move(0, 0);
  await page.goto(server.url + path);
  await page.getByText(text).first().waitFor();
  // Charts and tables come after the words.
  await page.waitForTimeout(500);
  assert.deepEqual(page.faults, []);
}

test('the overview says what happens', async () => {
  await shows('/', /alerts? needs? you/);
  await page.getByText(/events/).first().waitFor();
  await page.getByRole('img', { name: 'Events, alerts and decisions over time' }).waitFor();
  await page.getByRole('img', { name: 'Where events come from' }).locator('circle').first().waitFor();
});

test('a query is completed, its error stands under its character, and its answer is in the address', async () => {
  await shows('/events', /newest ·/);
  const bar = page.getByRole('textbox', { name: 'Query' });
  await bar.fill('event.outco');
  await page.getByRole('option', { name: 'event.outcome' }).click();
  await page.getByRole('option', { name: 'failure' }).click();
  await bar.press('Enter');
  await page.waitForURL(/q=event\.outcome%3Afailure/);
  await page.getByRole('row').nth(3).waitFor();
  await bar.fill('foo:(');
  await bar.press('Enter');
  await page.getByText('a word or a value is expected here').waitFor();
  await page.goto(`${server.url}/events?q=event.outcome%3Afailure%20%7C%20top%203%20source.ip`);
  await page.getByRole('columnheader', { name: 'percent' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a field opens to its values, and a value becomes a filter', async () => {
  await shows('/events', /newest ·/);
  await page.getByRole('button', { name: 'event.dataset', exact: true }).click();
  await page.getByRole('button', { name: 'Only event.dataset nginx.access' }).click();
  await page.waitForURL(/q=event\.dataset%3Anginx\.access/);
  await page.getByRole('button', { name: 'url.path as a column' }).click();
  await page.getByRole('columnheader', { name: 'url.path' }).waitFor();
});

test('dragging over the histogram zooms', async () => {
  await shows('/events', /newest ·/);
  const box = await page.getByRole('img', { name: 'Events over time' }).boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 8 });
  await page.mouse.up();
  await page.waitForURL(/from=20.*to=20/);
});

test('the tail shows what arrives', async () => {
  await shows('/events?live=1', /live/);
  await page.waitForTimeout(500);
  await server.send(['2026-11-23T14:00:00.123Z - Login attempt by user: live-alice']);
  await page.getByText('live-alice').first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('from an alert to the block, its first request, and the proof', async () => {
  await shows('/alerts', /critical \d/);
  await page.getByRole('row').filter({ hasText: /web shell|injection/i }).first().getByRole('link').click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('Why it fired').waitFor();
  await drawer.getByText('What happened, in order').waitFor();
  await drawer.getByRole('button', { name: 'Acknowledge' }).click();
  await drawer.getByText('state: new → acknowledged').first().waitFor();
  await drawer.getByRole('button', { name: /^Block .* …$/ }).click();
  const dialog = page.getByRole('dialog').filter({ hasText: 'Who this touches' });
  await dialog.getByText('No enforcer is connected').waitFor();
  await dialog.getByText(/events in the last day/).waitFor();
  await dialog.getByRole('button', { name: /^Block \S+$/ }).click();
  await dialog.waitFor({ state: 'detached' });
  await drawer.getByRole('table', { name: 'Evidence' }).getByRole('row').first().click();
  await page.getByText('Raw record').waitFor();
  await page.getByText(/is in block .* under the signed checkpoint|Not in a signed checkpoint yet/).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a playbook is rehearsed for an alert, then run', async () => {
  await shows('/alerts', /critical \d/);
  await page.getByRole('row').filter({ hasText: 'Password spraying found a password' }).first().getByRole('link').click();
  await page.getByRole('button', { name: 'Run a playbook …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Run a playbook' });
  await dialog.getByRole('textbox', { name: 'Playbook' }).fill('scanner');
  await page.getByRole('option').first().click();
  await dialog.getByText('What each step would do').waitFor();
  await dialog.getByRole('listitem').first().waitFor();
  const chosen = await dialog.getByRole('textbox', { name: 'Playbook' }).inputValue();
  await dialog.getByRole('button', { name: 'Run it' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('dialog').getByText(chosen, { exact: true }).first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('what is blocked is listed, and unblocked with one reason', async () => {
  await shows('/decisions', 'Receipts');
  await page.getByRole('button', { name: 'Receipts' }).first().click();
  await page.getByText('No enforcer has fetched it yet.').waitFor();
  const before = await page.getByRole('button', { name: 'Unblock' }).count();
  assert.ok(before > 0);
  await page.getByRole('button', { name: 'Unblock' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Why').fill('a test');
  await dialog.getByRole('button', { name: 'Unblock' }).click();
  await page.waitForFunction((n) => [...document.querySelectorAll('button')].filter((b) => b.textContent === 'Unblock').length < n, before);
  assert.deepEqual(page.faults, []);
});

test('an exception shows what it would have silenced', async () => {
  await shows('/alerts', /critical \d/);
  await page.getByRole('row').nth(3).getByRole('link').click();
  await page.getByRole('button', { name: 'Except …' }).click();
  const dialog = page.getByRole('dialog').filter({ hasText: 'past findings' });
  await dialog.getByText(/it would have silenced/).waitFor();
  await dialog.getByLabel('Why').fill('our own scanner');
  await dialog.getByRole('button', { name: 'Make the exception' }).click();
  await page.getByText('Exception made').waitFor();
});

test('what no format recognised leads to its samples', async () => {
  await server.send(['\u2603 nothing that anybody knows \u2603'], 'riddles');
  await shows('/sources', 'riddles');
  await page.getByRole('link', { name: /not understood of .*riddles/ }).click();
  await page.waitForURL(/event\.dataset%3Aundecoded|event\.dataset:undecoded/);
  await page.getByText('nothing that anybody knows').first().waitFor();
});

test('the palette finds pages and addresses', async () => {
  await shows('/', /alerts? needs? you/);
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('A page, an address, a user, or a query').fill('203.0.113.86');
  await page.getByText('Everything from 203.0.113.86').click();
  await page.waitForURL(/\/events\?.*q=source\.ip/);
});

test('lines that would be markup are text on every page', async () => {
  const hostile = [
    '<script>window.hacked=1</script>',
    '<img src=x onerror="window.hacked=1">',
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1//'",
    '{{constructor.constructor("window.hacked=1")()}}',
    '</title><script>window.hacked=1</script>',
    '\u202Eevil\u0000\u0007',
  ];
  await server.send(hostile.flatMap((h) => [
    `203.0.113.66 - ${h.replace(/[\s"]/g, '')} [${new Date().toUTCString().slice(5, 7)}/Nov/2026:10:00:00 +0000] "GET /?q=${encodeURIComponent(h)}&r=' OR 1=1-- HTTP/1.1" 200 1 "-" "${h.replace(/"/g, "'")}"`,
    JSON.stringify({ message: h, 'user.name': h, 'event.action': 'login', 'event.outcome': 'failure', 'source.ip': '203.0.113.66', 'host.name': h, 'event.dataset': 'app.auth' }),
  ]), 'hostile');
  await page.waitForTimeout(1000);
  for (const path of ['/', '/events', '/events?q=source.ip%3A203.0.113.66', '/alerts', '/decisions?tab=history', '/sources', '/events?q=source.ip%3A203.0.113.66%20%7C%20top%2010%20user.name']) {
    await page.goto(server.url + path);
    await page.waitForTimeout(900);
    const rows = await page.getByRole('row').all();
    if (path.includes('203.0.113.66') && rows.length > 2) await rows[2].click();
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.hacked), undefined, path);
  }
  assert.deepEqual(page.faults, []);
});

test('every page can be used by everybody, dark and light', async () => {
  const wrong = [];
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of ['/', '/events', '/alerts', '/decisions?tab=history', '/sources', '/settings?tab=users']) {
      await page.goto(server.url + path);
      await page.waitForTimeout(1200);
      wrong.push(...(await accessibility(page)).map((v) => `${scheme} ${path} ${v}`));
    }
  }
  assert.deepEqual(wrong, []);
});

test('pictures of the main pages', { skip: !process.env.TOCSIN_PICTURES }, async () => {
  const folder = process.env.TOCSIN_PICTURES;
  fs.mkdirSync(folder, { recursive: true });
  const shot = async (name, scheme, path, prepare) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(server.url + path);
    await page.waitForTimeout(2000);
    await prepare?.();
    await page.screenshot({ path: `${folder}/${name}.png` });
  };
  await shot('overview', 'dark', '/');
  await shot('events', 'light', '/events?q=event.outcome%3Afailure%20and%20not%20source.ip%3A203.0.113.66');
  await shot('alerts', 'dark', '/alerts', async () => {
    await page.getByRole('row').filter({ hasText: 'Log-in succeeded after many failures' }).first().getByRole('link').click();
    await page.getByText('What happened, in order').waitFor();
    await page.waitForTimeout(1500);
  });
  await shot('block', 'light', '/decisions', async () => {
    await page.getByLabel('Value').fill('203.0.113.5');
    await page.getByRole('button', { name: 'Decide …' }).click();
    await page.waitForTimeout(1500);
  });
  await shot('matrix', 'dark', '/rules?view=matrix');
  await shot('dashboard', 'light', '/dashboards?board=authentication');
  await page.setViewportSize({ width: 390, height: 844 });
  await shot('phone', 'dark', '/alerts');
  await page.setViewportSize({ width: 1440, height: 900 });
});
