// Measures the console in Chromium before a running server: first paint, changes of pages, memory.
//
//   TOCSIN_URL=http://127.0.0.1:7117 TOCSIN_USER=alice TOCSIN_PASSWORD=… node bench/console_browser.mjs [SECONDS]
//
// SECONDS: how long Events stays live (60). Prints a table.
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(path.join(root, 'web/package.json'))('playwright-core');
const url = process.env.TOCSIN_URL;
const seconds = Number(process.argv[2] ?? 60);
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const rows = [];
const note = (what, value, bar = '') => rows.push(`| ${what} | ${value} | ${bar} |`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info'],
});
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
const devtools = await context.newCDPSession(page);
const heapMiB = async () => {
  await devtools.send('HeapProfiler.collectGarbage');
  return page.evaluate(() => performance.memory.usedJSHeapSize / 2 ** 20);
};
await page.goto(url);
await page.getByLabel('User').fill(process.env.TOCSIN_USER);
await page.getByRole('textbox', { name: 'Password' }).fill(process.env.TOCSIN_PASSWORD);
await page.getByRole('button', { name: 'Log in' }).click();
await page.getByRole('navigation', { name: 'Pages' }).waitFor();

const paints = [];
for (let i = 0; i < 7; i += 1) {
  await page.goto(`${url}/`);
  await page.getByText(/alerts? needs? you|No alert needs you/i).first().waitFor();
  paints.push(
    await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime),
  );
}
note('first paint, median of 7', `${Math.round(median(paints))} ms`, '≤ 1,000');

// From the click until the page's own part is drawn for the first time; what it asks for comes after.
const names = ['Events', 'Alerts', 'Decisions', 'Rules', 'Entities', 'Dashboards', 'Sources', 'Overview'];
const links = page.getByRole('navigation', { name: 'Pages' });
const changes = [];
for (let round = 0; round < 6; round += 1) {
  for (const name of names) {
    await page.waitForTimeout(400);
    const took = await links.getByRole('link', { name: new RegExp(`^${name}`) }).evaluate(
      (link) =>
        new Promise((resolve) => {
          const begun = performance.now();
          const main = document.querySelector('main');
          const before = main.firstElementChild;
          link.click();
          const look = () =>
            main.firstElementChild && main.firstElementChild !== before
              ? requestAnimationFrame(() => resolve(performance.now() - begun))
              : requestAnimationFrame(look);
          look();
        }),
    );
    if (round > 0) changes.push(took); // the first round fetches the pages' code
  }
}
note(`change of page, median of ${changes.length}`, `${Math.round(median(changes))} ms`, '≤ 100');
note('change of page, worst', `${Math.round(Math.max(...changes))} ms`);

await page.goto(`${url}/events?live=1`);
await page.waitForTimeout(seconds * 1000);
note(`status after ${seconds} s live`, (await page.getByRole('status').filter({ hasText: 'rows' }).first().textContent()).trim());
note(`heap after ${seconds} s live`, `${(await heapMiB()).toFixed(0)} MiB`, '≤ 300');
await page.goto(`${url}/events`);
const bar = page.getByRole('textbox', { name: 'Query' });
for (let i = 0; i < 100; i += 1) {
  await bar.fill(`http.response.status_code:${[200, 302, 404, 500][i % 4]} and not url.path:a${i}`);
  await bar.press('Enter');
  await page.waitForTimeout(200);
}
note('heap after 100 searches on one page', `${(await heapMiB()).toFixed(0)} MiB`, '≤ 300');
console.log('| what | measured | bar |\n|---|---:|---:|');
console.log(rows.join('\n'));
await browser.close();
