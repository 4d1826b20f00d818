// A Tocsin server with a day of the demo, and a real browser before it. Everything that a page does
// wrong is kept: errors on its console, refusals of the content policy, requests that leave the origin.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(path.join(root, 'web/package.json'));
const { chromium } = require('playwright-core');
const program = process.env.TOCSIN ?? path.join(root, 'build/release/tocsin');
const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const password = 'seven green bicycles';
const startMs = 60_000;

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function waitFor(what, check, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((r) => setTimeout(r, 100));
  }
}

export class Server {
  static async start() {
    const server = new Server();
    server.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tocsin-console-'));
    server.data = path.join(server.folder, 'data');
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.run();
    return server;
  }

  async run() {
    this.said = '';
    this.process = spawn(program, ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', this.data], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (bytes) => (this.said += bytes));
    }
    await waitFor('the server answers', async () => {
      if (this.process.exitCode !== null) throw new Error(`the server ended:\n${this.said}`);
      return fetch(`${this.url}/health`).then((r) => r.ok, () => false);
    }, startMs);
    await waitFor('the server says where it listens', () => this.said.includes('listens on'));
  }

  cli(args, input = '') {
    const done = spawnSync(program, [...args, '--data', this.data], { input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.status} ${done.stderr}`);
    return done.stdout;
  }

  key(scope) {
    return this.cli(['key', 'create', '--scope', scope, '--name', 'test']).trim().split('\n').at(-1);
  }

  addUser(name, role) {
    this.cli(['user', 'add', name, '--role', role, '--password-stdin'], `${password}\n`);
  }

  // Some hours of an ordinary shop with attacks in them.
  feed() {
    const done = spawnSync(program, ['demo', '--url', this.url, '--key', this.key('admin'), '--only-history', '--history', '24h', '--sessions', '150'], { encoding: 'utf8', timeout: 180_000 });
    if (done.status !== 0) throw new Error(`demo: ${done.status} ${done.stderr}`);
  }

  async send(lines, source = 'test') {
    const answer = await fetch(`${this.url}/api/v1/events?source=${source}`, {
      method: 'POST',
      headers: { 'X-Api-Key': (this.ingest ??= this.key('ingest')), 'Content-Type': 'text/plain' },
      body: lines.map((l) => `${l}\n`).join(''),
    });
    if (!answer.ok) throw new Error(`sending: ${answer.status} ${await answer.text()}`);
  }

  setupLink() {
    return /http:\/\/\S+\/setup#\S+/.exec(this.said)[0];
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((r) => this.process.once('exit', r));
      this.process.kill('SIGTERM');
      await ended;
    }
  }

  async end() {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Containers have no user namespaces for its sandbox; the pages are our own.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

// Refused log-ins and ended sessions are answers that tests ask for; Chromium notes each as an error.
const expectedNoise = /Failed to load resource: the server responded with a status of (401|403|404|409|410|429|400)/;

export async function newPage(browser, server, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('console', (m) => {
    if ((m.type() === 'error' || m.type() === 'warning') && !expectedNoise.test(m.text()) && !page.mayLose) {
      page.faults.push(`${m.type()}: ${m.text()}`);
    }
  });
  page.on('pageerror', (e) => page.faults.push(`error: ${e.message}`));
  page.on('dialog', (d) => {
    page.faults.push(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  page.on('request', (r) => {
    if (!r.url().startsWith(server.url) && !r.url().startsWith('data:') && !r.url().startsWith('blob:')) {
      page.faults.push(`left the origin: ${r.url()}`);
    }
  });
  return page;
}

export async function logIn(page, server, user, where = '/') {
  await page.goto(server.url + where);
  await page.getByLabel('User').fill(user);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

// Violations of WCAG 2.1 A and AA, as text.
export async function accessibility(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
  return found.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.help}: ${v.nodes[0].html.slice(0, 200)} ${v.nodes[0].any.map((a) => a.message).join('; ').slice(0, 200)}`);
}
