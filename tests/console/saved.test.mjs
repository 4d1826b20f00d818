// Saved searches: kept for the team, opened from the page and from the palette, deleted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibility, logIn, newPage, openBrowser, Server } from './harness.mjs';

let server;
let browser;
let page;
before(async () => {
  server = await Server.start();
  server.addUser('anna', 'analyst');
  server.addUser('vera', 'viewer');
  await server.send(['2026-11-23T14:00:00.123Z - Login attempt by user: saved-alice']);
  browser = await openBrowser();
  page = await newPage(browser, server);
  await logIn(page, server, 'anna');
});
after(async () => {
  await browser?.close();
  await server?.end();
});

test('a search is kept with its range and columns, and opened again', async () => {
  await page.goto(`${server.url}/events?q=user.name:saved-alice&from=30d&cols=user.name`);
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('button', { name: 'Save this search …' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Alice of the night');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('heading', { name: 'Save this search' }).waitFor({ state: 'hidden' });
  await page.goto(`${server.url}/events`);
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('button', { name: /^Alice of the night/ }).click();
  await page.waitForURL(/q=user\.name.*from=30d|from=30d.*q=user\.name/);
  await page.getByRole('columnheader', { name: 'user.name' }).waitFor();
  await page.getByText('saved-alice').first().waitFor();
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('button', { name: /^Alice of the night/ }).waitFor();
  assert.deepEqual(await accessibility(page), []);
});

test('the palette finds it by its name', async () => {
  await page.goto(`${server.url}/`);
  await page.getByRole('button', { name: /Search/ }).first().click();
  await page.getByPlaceholder('A page, an address, a user, or a query').fill('alice of');
  await page.getByRole('button', { name: /Alice of the night/ }).click();
  await page.waitForURL(/\/events\?.*saved-alice/);
});

test('the same name replaces, and a viewer only opens', async () => {
  await page.goto(`${server.url}/events?q=event.outcome:failure`);
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('button', { name: 'Save this search …' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Alice of the night');
  await page.getByText('anna saved one under this name').waitFor();
  await page.getByRole('button', { name: 'Replace it' }).click();
  await page.getByRole('heading', { name: 'Save this search' }).waitFor({ state: 'hidden' });
  const other = await newPage(browser, server);
  await logIn(other, server, 'vera', '/events');
  await other.getByRole('button', { name: 'Saved', exact: true }).click();
  await other.getByRole('button', { name: /event\.outcome:failure/ }).waitFor();
  assert.equal(await other.getByRole('button', { name: /Save this/ }).count(), 0);
  assert.equal(await other.getByRole('button', { name: /^Delete/ }).count(), 0);
  assert.deepEqual(other.faults, []);
  await other.context().close();
});

test('it is deleted', async () => {
  await page.goto(`${server.url}/events`);
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('button', { name: 'Delete Alice of the night' }).click();
  await page.getByText('Keep a query for yourself and the team.').waitFor();
  assert.deepEqual(page.faults, []);
});
