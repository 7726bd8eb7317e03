// Drives the built page in Chromium: start a job, watch it, kill the server, start it again, see the page go on without a gap,
// retry what failed. Exits with 1 at the first surprise.
// `node drive.mjs [--screenshots <folder>]`
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const folder = mkdtempSync(join(tmpdir(), 'openapi-batch-page-'));
const shots = process.argv.includes('--screenshots') ? process.argv[process.argv.indexOf('--screenshots') + 1] : folder;
const executablePath = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync);
const total = 1_000;

const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

let server;
/** Failures: a share of the answers. */
async function start(failures) {
  const script = fileURLToPath(new URL('server.mjs', import.meta.url));
  const args = [script, String(port), join(folder, 'jobs.sqlite'), '120', String(failures)];
  server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    server.stdout.once('data', resolve);
    server.once('exit', () => reject(new Error('the server did not start')));
  });
}

async function kill() {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await gone;
}

const step = (text) => console.log(`  ${text}`);
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  await start(0.05);
  const page = await browser.newPage({ viewport: { width: 1080, height: 760 }, colorScheme: 'dark' });
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(`http://127.0.0.1:${port}/#token=e2e`);
  assert.equal(await page.evaluate(() => location.hash), '', 'the token is taken out of the address');

  const text = (name) => page.locator(`[data-test=${name}]`).innerText();
  const until = (name, pattern) => page.locator(`[data-test=${name}]`, { hasText: pattern }).waitFor();
  const counts = () =>
    page
      .locator('[data-test=events]')
      .evaluate(({ dataset }) => Object.fromEntries(Object.entries(dataset).map(([k, v]) => [k, Number(v)])));
  const done = async () => Number((await text('done')).split(' ')[0].replaceAll(',', ''));

  await page.getByText('New job').press('Enter');
  await page.locator('textarea').fill(Array.from({ length: total }, (_, n) => `Summarise review ${n}`).join('\n'));
  await page.locator('input[name=jobId]').fill('reviews 2026/11');
  await page.getByRole('button', { name: 'Start' }).click();
  await until('status', 'running');
  await page.waitForFunction(() => Number(document.querySelector('[data-test=events]')?.dataset.items) > 150);
  step(`started and followed: ${await done()} of ${total} done`);

  await page.getByRole('button', { name: 'Pause' }).click();
  await until('status', 'paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await until('status', 'running');
  step('paused and resumed');

  await kill();
  await until('connection', 'server not reached');
  const before = await counts();
  step(`server killed at ${before.items} items; the page says so`);
  await start(0.05);
  await until('connection', 'live');
  await page.waitForFunction(
    (items) => Number(document.querySelector('[data-test=events]').dataset.items) > items + 50,
    before.items,
  );
  if (process.argv.includes('--screenshots')) await page.waitForTimeout(2_500);
  await page.screenshot({ path: join(shots, 'page-dark.png') });
  step('server started again; the job and the page go on');

  await until('status', 'completed');
  await page.waitForFunction(
    (all) => Number(document.querySelector('[data-test=events]').dataset.items) === all,
    total,
  );
  const end = await counts();
  assert.deepEqual(
    { items: end.items, repeated: end.repeated, missing: end.missing },
    { items: total, repeated: 0, missing: 0 },
  );
  step(`completed: ${end.items} items in ${end.events} events, ${end.repeated} repeated, ${end.missing} missing`);

  const failed = Number((await text('failed')).replaceAll(',', ''));
  assert(failed > 0, 'some answers fail');
  await page.getByRole('button', { name: 'server_error' }).click();
  await page.waitForFunction(
    () => document.querySelector('.item .state.failed') !== null && document.querySelector('.item .state.ok') === null,
  );
  await page.getByLabel('Which items').selectOption('all');
  await page.getByLabel('Search items').fill('review 777');
  await page.waitForFunction(() => document.querySelectorAll('.item').length === 1);
  await page.locator('.item summary').first().press('Enter');
  assert.match(await page.locator('.item pre').first().innerText(), /review 777/);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: join(shots, 'page-light.png') });
  step(`${failed} failures grouped, items searched and opened`);

  // What failed works now.
  await kill();
  await start(0);
  await page.getByRole('button', { name: /Retry/ }).click();
  await until('failed', /^0$/);
  await until('status', 'completed');
  step('failures retried: none left');

  const download = page.waitForEvent('download');
  await page.evaluate(() => delete globalThis.showSaveFilePicker);
  await page.getByRole('button', { name: 'Download results' }).click();
  const path = join(folder, 'results.jsonl');
  await (await download).saveAs(path);
  assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, total);

  await page.setViewportSize({ width: 360, height: 740 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= 360, `the page is ${wide} px wide on a phone`);
  assert.deepEqual(errors, []);
  step('results downloaded; fits a phone; no error in the console');
} finally {
  await browser.close();
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
