// Who did what: log-ins, searches and changes appear; only auditors and administrators look.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server, waitFor } from './harness.mjs';

let server;
let browser;
let page;
before(async () => {
  server = await Server.start();
  server.addUser('alice', 'admin');
  server.addUser('otto', 'auditor');
  server.addUser('vera', 'viewer');
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'alice');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

async function row(text) {
  await waitFor(`a row with ${text}`, async () => {
    await page.goto(`${server.url}/audit`);
    await page.getByRole('table', { name: 'Audit' }).waitFor();
    return (await page.getByRole('row').filter({ hasText: text }).count()) > 0;
  });
  return page.getByRole('row').filter({ hasText: text }).first();
}

test('a log-in and a search are there, with what was looked for and a record with its proof', async () => {
  await page.goto(`${server.url}/events?q=${encodeURIComponent('user.name:"=cmd|x"')}`);
  await page.getByText(/ms$/).first().waitFor();
  await (await row('logged in')).waitFor();
  const searched = await row('=cmd|x');
  assert.match(await searched.innerText(), /alice[\s\S]*searched/);
  await searched.getByRole('button').click();
  await page.getByText('Answer').waitFor();
  await searched.getByRole('link').click();
  await page.getByRole('dialog').getByText(/proof|verified/i).first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('filters are in the address, and the page is for everybody, dark and light', async () => {
  await page.goto(`${server.url}/audit`);
  await page.getByLabel('Who').first().fill('nobody');
  await page.getByText('Nothing in this time').waitFor();
  await page.waitForURL(/who=nobody/);
  await page.goto(`${server.url}/audit?action=login`);
  await page.getByRole('table', { name: 'Audit' }).waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'searched' }).count(), 0);
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/audit`);
    await page.getByRole('table', { name: 'Audit' }).waitFor();
    assert.deepEqual(await accessibility(page), []);
  }
});

test('the export holds no formulas', async () => {
  await page.goto(`${server.url}/audit?action=searched`);
  await page.getByRole('table', { name: 'Audit' }).waitFor();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export what is shown' }).click();
  const text = fs.readFileSync(await (await waiting).path(), 'utf8');
  assert.match(text, /^at,who,action,outcome/);
  assert.match(text, /searched/);
  assert.doesNotMatch(text, /(^|,)[=+@]/m);
});

test('settings tell what the server runs with', async () => {
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/settings?tab=server`);
    await page.getByText('is a loopback address').first().waitFor();
    await page.getByText('365 d').first().waitFor();
    assert.deepEqual(await accessibility(page), []);
  }
  await page.goto(`${server.url}/settings?tab=channels`);
  await page.getByText('Nobody is told of alerts yet').waitFor();
  assert.deepEqual(page.faults, []);
});

test('an auditor reads it, a viewer neither sees nor gets it, and places say what comes later', async () => {
  const auditor = await newPage(browser, server);
  await logIn(auditor, server, 'otto', '/audit');
  await auditor.getByRole('table', { name: 'Audit' }).waitFor();
  await auditor.context().close();
  const viewer = await newPage(browser, server);
  await logIn(viewer, server, 'vera');
  const pages = viewer.getByRole('navigation', { name: 'Pages' });
  await pages.getByText('Incidents').waitFor();
  assert.equal(await pages.getByText('Audit').count(), 0);
  assert.equal(await pages.getByRole('link', { name: /Incidents|Compliance/, disabled: false }).count(), 0);
  await viewer.goto(`${server.url}/audit`);
  await viewer.getByText('The audit is for auditors').waitFor();
  assert.equal(await viewer.evaluate(() => fetch('/api/v1/audit').then((r) => r.status)), 403);
  assert.deepEqual(viewer.faults, []);
  await viewer.context().close();
});
