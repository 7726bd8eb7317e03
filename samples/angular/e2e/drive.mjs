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
const start = (failures) => run('server.mjs', join(folder, 'jobs.sqlite'), '120', String(failures));

async function run(script, ...args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  server = spawn(process.execPath, [path, String(port), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('[data-test=problem]', { hasText: 'Open the address that `openapi-batch serve`' }).waitFor();
  step('without a token: the page says where there is one');
  await page.goto('about:blank');
  await page.goto(`http://127.0.0.1:${port}/#token=e2e`);
  assert.equal(await page.evaluate(() => location.hash), '', 'the token is taken out of the address');

  const text = (name) => page.locator(`[data-test=${name}]`).innerText();
  const until = (name, pattern) => page.locator(`[data-test=${name}]`, { hasText: pattern }).waitFor();
  const counts = () =>
    page
      .locator('[data-test=events]')
      .evaluate(({ dataset }) => Object.fromEntries(Object.entries(dataset).map(([k, v]) => [k, Number(v)])));
  const done = async () => Number((await text('done')).split(' ')[0].replaceAll(',', ''));

  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());

  await page.getByText('New job').press('Enter');
  await page.locator('textarea').fill('{"foo":1}');
  await page.getByRole('button', { name: 'Start' }).click();
  await until('refused', /^Item 1/);
  assert.equal(await page.locator('textarea').inputValue(), '{"foo":1}', 'what was typed stays');
  step(`refused, with the reason: ${await text('refused')}`);

  await page.locator('textarea').fill(Array.from({ length: total }, (_, n) => `Summarise review ${n}`).join('\n'));
  await page.locator('input[name=jobId]').fill('reviews 2026/11');
  await page.getByRole('button', { name: 'Start' }).click();
  await until('status', 'running');
  assert.equal(await focused(), 'reviews 2026/11', 'the keyboard is where the job is');
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
  assert.equal(await focused(), 'reviews 2026/11', 'the keyboard is where the job is');
  await until('failed', /^0$/);
  await until('status', 'completed');
  step('failures retried: none left');

  await page.waitForTimeout(2_100); // until what was seen of the pace is kept
  await page.reload();
  await until('times', /completed.* items and .* a minute/s);
  assert.match(await text('chart'), /requests\/min/);
  step(`loaded anew: ${(await text('times')).replaceAll('\n', ' ')}`);

  await page.evaluate(() => {
    globalThis.showSaveFilePicker = () => Promise.reject(new DOMException('The user aborted a request.', 'AbortError'));
  });
  await page.getByRole('button', { name: 'Download results' }).click();
  await page.waitForFunction(() => !document.querySelector('[data-test=download]').disabled);
  assert.equal(await page.locator('.problem').count(), 0, 'who closes the dialog has nothing to be told');
  const download = page.waitForEvent('download');
  await page.evaluate(() => delete globalThis.showSaveFilePicker);
  await page.getByRole('button', { name: 'Download results' }).click();
  const path = join(folder, 'results.jsonl');
  await (await download).saveAs(path);
  assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, total);

  step('results downloaded');

  const post = (n) =>
    fetch(`http://127.0.0.1:${port}/api/jobs`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer e2e',
        'content-type': 'application/x-ndjson',
        'idempotency-key': `nightly-${n}`,
      },
      body: '{"input":"x"}\n',
    });
  for (let n = 0; n < 120; n++) assert.equal((await post(n)).status, 201);
  const listed = (first) => page.locator('.jobs li:first-child', { hasText: first }).waitFor();
  await listed('nightly-119');
  await page.getByRole('button', { name: 'Older' }).click();
  await listed('nightly-69');
  await page.getByRole('button', { name: 'Newer' }).click();
  await listed('nightly-119');
  const find = page.getByLabel('Find jobs by id or tag');
  await find.fill('REVIEWS');
  await listed('reviews 2026/11');
  assert.equal(await page.locator('.jobs li').count(), 1);
  await find.press('Escape');
  await listed('nightly-119');
  await page.getByText('New job').press('Enter');
  await page.locator('textarea:focus').press('Escape');
  await page.locator('summary:focus', { hasText: 'New job' }).waitFor();
  step('121 jobs: leafed through, found');

  const narrow = async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert(wide <= 360, `the page is ${wide} px wide on a phone`);
    await page.screenshot({ path: join(shots, 'phone.png'), fullPage: true });
  };
  await narrow();
  step('fits a phone');

  await kill();
  await run('native-server.mjs');
  await page.setViewportSize({ width: 1080, height: 900 });
  await page.goto(`http://127.0.0.1:${port}/#job=native`);
  await page.reload();
  const bars = () =>
    page
      .locator('.shards')
      .first()
      .getByRole('progressbar')
      .evaluateAll((all) => all.map((bar) => [bar.ariaLabel, Number(bar.ariaValueNow)]));
  await page.waitForFunction(() => document.querySelectorAll('.shards app-bar').length > 60);
  await page.locator('[data-test=batches]', { hasText: /\d+ in progress/ }).waitFor();
  const earlier = new Map(await bars());
  // The same batches, further on.
  await page.waitForFunction(
    (before) =>
      [...document.querySelectorAll('.shards app-bar')].filter(
        (bar) => Number(bar.ariaValueNow) > (before[bar.ariaLabel] ?? Infinity),
      ).length > 10,
    Object.fromEntries(earlier),
  );
  await page.screenshot({ path: join(shots, 'page-native.png') });
  const { clientHeight, scrollHeight } = await page
    .locator('.shards')
    .first()
    .evaluate(({ clientHeight, scrollHeight }) => ({ clientHeight, scrollHeight }));
  assert(clientHeight < 300 && scrollHeight > 1_000, 'hundreds of batches take no more room than ten');
  await narrow();
  await until('status', 'completed');
  await page.locator('.ended', { hasText: 'The last 100 ended' }).waitFor();
  step(`180 native batches: ${earlier.size} bars at work, moving, then folded away`);

  // As a server tells it while the provider is away.
  const { progress, lastSeq } = await (
    await fetch(`http://127.0.0.1:${port}/api/jobs/native`, { headers: { authorization: 'Bearer e2e' } })
  ).json();
  const pacing = { ...progress.pacing, state: 'held', outage: true, until: Date.now() + 20_000 };
  const event = { type: 'progress', jobId: 'native', seq: lastSeq, at: Date.now() };
  const data = JSON.stringify({ ...event, progress: { ...progress, status: 'running', pacing } });
  await page.route('**/api/jobs/native/events*', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: `id: ${lastSeq}\ndata: ${data}\n\n` }),
  );
  await page.reload();
  await until('pace', /The provider does not answer. Next try in (20|19) s/);
  step('an outage is told');
  assert.deepEqual(errors, []);
} finally {
  await browser.close();
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
