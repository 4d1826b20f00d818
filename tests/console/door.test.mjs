// First use, log-in, roles, and sessions that end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logIn, newPage, openBrowser, password, Server, waitFor } from './harness.mjs';

let server;
let browser;
before(async () => {
  server = await Server.start();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test('the link that the server prints makes the first user, once', async () => {
  const link = server.setupLink();
  const page = await newPage(browser, server);
  await page.goto(server.url);
  await page.getByText('Nobody may log in yet').waitFor();
  await page.goto(link);
  await page.reload();
  await page.getByLabel('User').fill('alice');
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill('short');
  await page.getByRole('textbox', { name: 'Password, once more' }).fill('short');
  await page.getByRole('button', { name: 'Make the user and go in' }).click();
  await page.getByText('a password needs at least 12 characters').waitFor();
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
  await page.getByRole('textbox', { name: 'Password, once more' }).fill(password);
  await page.getByRole('button', { name: 'Make the user and go in' }).click();
  await page.getByText('Nothing has arrived yet').waitFor();
  await page.getByText('tocsin demo --url').waitFor();
  assert.deepEqual(page.faults, []);

  const other = await newPage(browser, server);
  await other.goto(link);
  await other.getByLabel('User').fill('mallory');
  await other.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
  await other.getByRole('textbox', { name: 'Password, once more' }).fill(password);
  await other.getByRole('button', { name: 'Make the user and go in' }).click();
  await other.getByText('this link was used').waitFor();
});

test('a wrong password is said, and the right one opens where one wanted to go', async () => {
  const page = await newPage(browser, server);
  await page.goto(`${server.url}/decisions?from=7d`);
  await page.getByLabel('User').fill('alice');
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('the user name or the password is wrong').waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Nothing is blocked').waitFor();
  assert.match(page.url(), /\/decisions\?from=7d/);
  await page.getByRole('button', { name: /account/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a viewer sees no button that acts, and the server refuses', async () => {
  server.addUser('vera', 'viewer');
  const page = await newPage(browser, server);
  await logIn(page, server, 'vera', '/decisions');
  await page.getByText('Nothing is blocked').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Decide …' }).count(), 0);
  await page.goto(`${server.url}/settings`);
  await page.getByText('You are vera, viewer.').waitFor();
  assert.equal(await page.getByRole('tab', { name: 'Users' }).count(), 0);
  const status = await page.evaluate(async () => {
    const { csrf } = await (await fetch('/api/v1/session')).json();
    const answer = await fetch('/api/v1/decisions', {
      method: 'POST',
      headers: { 'X-Csrf-Token': csrf, 'Content-Type': 'application/json' },
      body: JSON.stringify({ value: '203.0.113.9', kind: 'block', duration: '1h', reason: 'no' }),
    });
    return answer.status;
  });
  assert.equal(status, 403);
});

test('when a session ends, the form stands over the page, which goes on where it was', async () => {
  const page = await newPage(browser, server);
  await logIn(page, server, 'alice', '/sources?from=4h');
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Alerts' }).click();
  await page.getByText('Your session ended').waitFor();
  await page.getByLabel('User').fill('alice');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('No alerts here').waitFor();
  assert.match(page.url(), /\/alerts\?from=4h/);
});

test('an admin adds a user, who may log in', async () => {
  const page = await newPage(browser, server);
  await logIn(page, server, 'alice', '/settings?tab=users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('User').fill('Bad Name');
  await form.getByRole('textbox', { name: 'First password' }).fill(password);
  await form.getByRole('button', { name: 'Add the user' }).click();
  await form.getByText('a user name has 1 to 64').waitFor();
  await form.getByLabel('User').fill('rita');
  await form.getByRole('button', { name: 'Add the user' }).click();
  await page.getByRole('cell', { name: 'rita', exact: true }).waitFor();
  const other = await newPage(browser, server);
  await logIn(other, server, 'rita');
  assert.deepEqual(page.faults, []);
});

test('a lost server is said, and the page goes on by itself when it is back', async () => {
  const page = await newPage(browser, server);
  await logIn(page, server, 'alice', '/sources');
  page.mayLose = true;
  await server.stop();
  await page.getByText('The server cannot be reached; what you see may be old.').waitFor({ timeout: 30_000 });
  await server.run();
  await waitFor('the warning goes', async () => (await page.getByText('The server cannot be reached; what you see').count()) === 0);
});
