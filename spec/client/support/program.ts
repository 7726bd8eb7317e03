import { filter } from 'rxjs';
import { BatchClient, type Provider } from '../../../lib/index.js';

/** Small programs as people write them, to see whether and how their process ends. */
const programs: Readonly<Record<string, (db: string) => unknown>> = {
  /** Nobody watches a job that fails. */
  'fails-unwatched': (db) => {
    const client = new BatchClient({ db, provider: refusing(401) });
    const job = client.map({ jobId: 'j', items: [{ input: 'a' }] });
    setTimeout(() => {
      void job.status().then((status) => {
        console.log(`status ${status}`);
        return client.close();
      });
    }, 300);
  },

  /** The provider asked for an hour; the client is closed at once. */
  'closes-while-held': (db) => {
    const client = new BatchClient({ db, provider: refusing(429, { 'retry-after': '3000' }) });
    const job = client.map({ jobId: 'j', items: [{ input: 'a' }, { input: 'b' }] });
    job.subscribe({
      next: (event) => {
        if (event.type === 'progress' && event.progress.pacing.state === 'held') void client.close();
      },
      error: (error: unknown) => console.log(`stopped ${String((error as { code?: unknown }).code)}`),
    });
  },

  /** Nobody awaits anything: the work keeps the process, its end lets it go. */
  'never-closes': (db) => {
    const client = new BatchClient({ db, localEcho: { latencyMs: [10, 200] }, log: (line) => console.log(line) });
    client.map({ jobId: 'j', items: Array.from({ length: 50 }, (_, n) => ({ input: `x${String(n)}` })) });
  },

  /** A view is broken, and every handler of it throws. */
  'view-throws': (db) => {
    const client = new BatchClient({ db, localEcho: { latencyMs: [1, 5] }, log: false });
    const job = client.map({ jobId: 'j', items: Array.from({ length: 40 }, (_, n) => ({ input: `x${String(n)}` })) });
    const broken = (): never => {
      throw new Error('broken view');
    };
    job.subscribe({ next: broken, error: () => undefined });
    job.pipe(filter((event) => event.type === 'item')).subscribe(broken);
    job.events({ after: 'now' }).subscribe({ next: broken });
    void job.wait().then(({ ok }) => console.log(`done ${String(ok)}`));
  },

  /** A subscriber without an error handler: RxJS reports it, as for any Observable. */
  'fails-unhandled': (db) => {
    const client = new BatchClient({ db, provider: refusing(401) });
    client.map({ jobId: 'j', items: [{ input: 'a' }] }).subscribe();
  },
};

function refusing(status: number, headers: Readonly<Record<string, string>> = {}): Provider {
  return {
    name: 'refusing',
    request: () => {
      throw Object.assign(new Error('refused'), { status, headers });
    },
  };
}

const { program, db } = JSON.parse(process.argv[2] ?? '{}') as { readonly program: string; readonly db: string };
programs[program]?.(db);
