// What a component does with a job, without a component: Angular's own injector, no zone, signals read as a template would.
import { computed, Injector, runInInjectionContext } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { BatchClient, isBatchError, latestProgress, localEcho, ofType } from 'openapi-batch';
import { scan } from 'rxjs';

const items = (count) => Array.from({ length: count }, (_, n) => ({ itemId: `i${n}`, input: { prompt: `${n}` } }));
const echo = (options) => new BatchClient({ db: ':memory:', provider: localEcho(options), progressIntervalMs: 5 });
const page = () => Injector.create({ providers: [] });
const report = {};

{
  const client = echo({ latencyMs: 20 });
  const job = client.map({ items: items(60), concurrency: 4 });
  const component = page();
  const { progress, percent, answers } = runInInjectionContext(component, () => {
    // A job tells its progress at once, so that no initial value is needed.
    const progress = toSignal(job.pipe(latestProgress()), { requireSync: true });
    const answers = toSignal(
      job.pipe(
        ofType('item'),
        scan((count) => count + 1, 0),
      ),
      { initialValue: 0 },
    );
    return {
      progress,
      answers,
      percent: computed(() => Math.round((100 * progress().done) / Math.max(1, progress().total))),
    };
  });
  report.first = { status: progress().status, percent: percent(), answers: answers() };
  const seen = new Set();
  // Read at each progress and not by a clock of its own: a slow machine would see none between.
  const look = job.pipe(latestProgress()).subscribe(() => seen.add(percent()));
  await job.wait();
  look.unsubscribe();
  report.last = {
    status: progress().status,
    percent: percent(),
    answers: answers(),
    between: [...seen].filter((each) => each > 0 && each < 100).length > 2,
  };
  component.destroy();
  await client.close();
}

{
  const client = echo({ latencyMs: 30 });
  const job = client.map({ items: items(4), concurrency: 2 });
  const component = page();
  const progress = runInInjectionContext(component, () => toSignal(job.pipe(latestProgress()), { requireSync: true }));
  component.destroy();
  const final = await job.wait();
  report.left = { seen: progress().done, job: { status: final.status, done: final.done } };
  await client.close();
}

{
  const client = echo({ latencyMs: 5 });
  const job = client.map({ items: items(200), concurrency: 2 });
  const progress = runInInjectionContext(page(), () => toSignal(job.pipe(latestProgress()), { requireSync: true }));
  const dashboard = runInInjectionContext(page(), () =>
    toSignal(job.events({ acrossPauses: true }).pipe(latestProgress()), { requireSync: true }),
  );
  await job.pause();
  report.paused = { page: progress().status, dashboard: dashboard().status };
  await client.resume(job.jobId, { concurrency: 50 }).wait();
  report.resumed = { page: progress().status, dashboard: dashboard().status };
  await client.close();
}

{
  const client = echo({ failures: { code: 'auth', message: 'wrong key' } });
  const job = client.map({ items: items(1) });
  const progress = runInInjectionContext(page(), () => toSignal(job.pipe(latestProgress()), { requireSync: true }));
  await job.wait().catch(() => undefined);
  try {
    progress();
  } catch (error) {
    report.failed = isBatchError(error) ? error.code : String(error);
  }
  await client.close();
}

console.log(JSON.stringify(report));
