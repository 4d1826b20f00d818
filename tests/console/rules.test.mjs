// The rules page: from the matrix to a rule of one's own that is checked, tried, saved and deleted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server } from './harness.mjs';

const id = '5d0f1a34-7c1b-4a5d-8d93-0c0ffee00001';
const own = `title: Anything below /admin
id: ${id}
status: experimental
description: Somebody asks for a path below /admin.
logsource:
  category: web
detection:
  selection:
    url.path|contains: admin
  condition: selection
level: low
tags:
  - attack.reconnaissance
  - attack.t1595
tocsin:
  group-by: [source.ip]
`;

let server;
let browser;
let page;
before(async () => {
  server = await Server.start();
  server.addUser('alice', 'admin');
  server.addUser('victor', 'viewer');
  server.feed();
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'alice');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

const table = (of = page) => of.getByRole('table', { name: 'Rules' });
const editor = (of = page) => of.getByRole('textbox', { name: /^Rule as YAML/ });

async function write(text) {
  await editor().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

const leaving = () => page.getByRole('dialog').filter({ hasText: 'Leave without saving?' });

// To the list, without what was written.
async function leave() {
  await page.getByRole('button', { name: 'All rules' }).click();
  await leaving().getByRole('button', { name: 'Leave' }).click();
  await table().waitFor();
}

// The list as the server has it, asked for with the session of the page.
const rulesOf = (of = page) => of.evaluate(() => fetch('/api/v1/rules').then((r) => r.json()));

test('the list shows every rule, and finds one by its words', async () => {
  await page.goto(`${server.url}/rules`);
  await table().getByRole('row').nth(5).waitFor();
  const { rules } = await rulesOf();
  await page.getByText(`${rules.length} rules`, { exact: true }).waitFor();
  await page.getByRole('textbox', { name: 'Find a rule' }).fill('sql injection');
  await table().getByRole('link', { name: 'SQL injection attempt', exact: true }).waitFor();
  await page.waitForURL(/find=sql/);
  await page.getByRole('textbox', { name: 'Find a rule' }).fill('there is no such rule');
  await page.getByText('No rule fits').waitFor();
  await page.getByRole('button', { name: 'Show all rules' }).click();
  await page.getByText(`${rules.length} rules`, { exact: true }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('what was found in a week stands beside its rule', async () => {
  await page.goto(`${server.url}/rules`);
  const first = table().getByRole('row').nth(1);
  await first.waitFor();
  // Most findings come first; the demo's day has attacks in it.
  await page.waitForFunction(() => document.querySelector('[role=table] [role=row] svg[width="56"]'));
  await page.getByRole('button', { name: 'Rule', exact: true }).click();
  await page.waitForURL(/sort=title/);
  await page
    .getByRole('columnheader', { name: 'Rule', exact: true })
    .and(page.locator('[aria-sort=ascending]'))
    .waitFor();
  assert.deepEqual(page.faults, []);
});

test('a cell of the matrix leads to its rules', async () => {
  await page.goto(`${server.url}/rules?view=matrix`);
  await page.getByText(/techniques watched, \d+ seen in the last 7 days/).waitFor();
  await page.getByRole('heading', { name: 'Credential access' }).waitFor();
  const { rules } = await rulesOf();
  const fits = rules.filter(
    (r) => r.tags.includes('attack.credential-access') && r.tags.some((t) => /^attack\.t1110(\.|$)/.test(t)),
  );
  const column = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('heading', { name: 'Credential access' }) });
  await column.getByRole('button', { name: /T1110.*Brute Force/ }).click();
  await page.waitForURL(/technique=T1110/);
  await page.getByText(`${fits.length} of ${rules.length} rules`).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Credential access' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('an error stands under its character while one writes', async () => {
  await page.goto(`${server.url}/rules?rule=new`);
  await write(own.replace('condition: selection', 'condition: selection and missing'));
  await page.locator('.cm-lintRange-error').first().waitFor();
  const line = await page.locator('.cm-line', { has: page.locator('.cm-lintRange-error') }).textContent();
  assert.match(line, /condition/);
  await page
    .getByRole('status', { name: 'Check' })
    .getByText(/missing/)
    .waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  await write(own);
  await page.getByRole('status', { name: 'Check' }).getByText('✓ loads').waitFor();
  await page.locator('.cm-lintRange-error').first().waitFor({ state: 'detached' });
  await leave();
  assert.deepEqual(page.faults, []);
});

test('a new rule is tried before it is saved, saved, and in force', async () => {
  await page.goto(`${server.url}/rules?rule=new`);
  await write(own);
  await page.getByText('✓ loads').waitFor();
  await page.getByRole('button', { name: 'Test against history' }).click();
  await page.getByRole('table', { name: 'Matches' }).getByRole('row').nth(1).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved and in force').waitFor();
  await page.waitForURL(new RegExp(`rule=${id}`));
  const mine = (await rulesOf()).rules.find((r) => r.id === id);
  assert.equal(mine.own, true);
  await page.goto(`${server.url}/rules?own=1`);
  await table().getByRole('link', { name: 'Anything below /admin' }).click();
  await page.getByRole('heading', { name: 'Anything below /admin' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('the history of a rule in force has its matches, their events and a picture', async () => {
  await page.goto(`${server.url}/rules?rule=${id}`);
  await page.getByRole('button', { name: 'Test against history' }).click();
  const match = page.getByRole('table', { name: 'Matches' }).getByRole('link').first();
  await match.waitFor();
  await page.getByRole('img', { name: 'Findings of the backtest by day' }).waitFor();
  await page.getByText(/Armed, it would have stopped/).waitFor();
  await match.click();
  await page.getByRole('dialog').getByText('Raw record').waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(page.faults, []);
});

test('changes are not lost without a question', async () => {
  await page.goto(`${server.url}/rules?rule=${id}`);
  await write(own.replace('level: low', 'level: medium'));
  await page.getByRole('button', { name: 'All rules' }).click();
  await leaving().getByRole('button', { name: 'Stay here' }).click();
  await leaving().waitFor({ state: 'detached' });
  assert.match(await editor().textContent(), /level: medium/);
  await leave();
  assert.equal((await rulesOf()).rules.find((r) => r.id === id).level, 'low');
  assert.deepEqual(page.faults, []);
});

test('an own rule is deleted, and is gone', async () => {
  await page.goto(`${server.url}/rules?rule=${id}`);
  await page.getByRole('button', { name: 'Delete …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await table().waitFor();
  assert.equal(
    (await rulesOf()).rules.find((r) => r.id === id),
    undefined,
  );
  await page.goto(`${server.url}/rules?rule=${id}`);
  await page.getByText('There is no such rule').waitFor();
  assert.deepEqual(page.faults, []);
});

test('a shipped rule is duplicated with ids of its own, which loads and is saved', async () => {
  const shipped = (await rulesOf()).rules.find((r) => r.title === 'Many failed log-ins from one address');
  await page.goto(`${server.url}/rules?rule=${shipped.id}`);
  assert.equal(await page.getByRole('button', { name: 'Delete …' }).count(), 0);
  await page.getByRole('button', { name: 'Duplicate' }).click();
  await page.waitForURL(/rule=new/);
  await page.getByText('✓ loads').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved and in force').waitFor();
  const { rules } = await rulesOf();
  assert.ok(rules.some((r) => r.id === shipped.id && !r.own));
  const copy = rules.find((r) => r.own);
  assert.notEqual(copy.id, shipped.id);
  assert.match(copy.title, /\(copy\)$/);
  assert.deepEqual(page.faults, []);
});

test('who may only look sees no buttons, and is refused by the server too', async () => {
  const viewer = await newPage(browser, server);
  await logIn(viewer, server, 'victor', '/rules');
  await table(viewer).getByRole('link').first().click();
  await editor(viewer).waitFor();
  await viewer.getByRole('button', { name: 'Test against history' }).waitFor();
  for (const name of [/^Save/, 'Duplicate', 'Delete …', 'Arm …', 'New rule']) {
    assert.equal(await viewer.getByRole('button', { name }).count(), 0, String(name));
  }
  const before = await editor(viewer).textContent();
  await editor(viewer).click();
  await viewer.keyboard.type('x');
  assert.equal(await editor(viewer).textContent(), before);
  const status = await viewer.evaluate(
    async ({ id, text }) => {
      const session = await fetch('/api/v1/session').then((r) => r.json());
      const headers = { 'X-Csrf-Token': session.csrf, 'Content-Type': 'application/json' };
      return fetch(`/api/v1/rules/${id}`, { method: 'PUT', headers, body: JSON.stringify({ text }) }).then(
        (r) => r.status,
      );
    },
    { id, text: own },
  );
  assert.equal(status, 403);
  assert.deepEqual(viewer.faults, []);
  await viewer.context().close();
});

test('the rules page can be used by everybody, dark and light', async () => {
  const wrong = [];
  const { rules } = await rulesOf();
  const shipped = rules.find((r) => r.title === 'Many failed log-ins from one address').id;
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of [
      '/rules',
      '/rules?view=matrix',
      '/rules?view=matrix&by=loaded',
      `/rules?rule=${shipped}`,
      '/rules?rule=new',
    ]) {
      await page.goto(server.url + path);
      await page.waitForTimeout(1200);
      if (path.endsWith(shipped)) {
        await page.getByRole('button', { name: 'Test against history' }).click();
        await page.getByRole('table', { name: 'Matches' }).waitFor();
      }
      wrong.push(...(await accessibility(page)).map((v) => `${scheme} ${path} ${v}`));
    }
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(page.faults, []);
});
