import { childPrograms } from '../support/child-process.js';
import { testClients } from '../support/clients.js';

const clients = testClients();
const children = childPrograms();

/** Jobs in one client; `OPENAPI_BATCH_JOBS=10000` for a long life. */
const jobs = Number(process.env['OPENAPI_BATCH_JOBS'] ?? 2_000);

it('a client that has run many small jobs holds nothing of them, and lets its process end', async () => {
  const child = children.start('client/support/long-life.ts', { db: clients.path, jobs });
  expect(await child.gone).toBe(0);
  const said = JSON.parse(child.lines[0]!) as {
    usage: number[];
    warnings: string[];
    active: number;
    listeners: number;
  };
  expect(said).toMatchObject({ warnings: [], active: 0, listeners: 0 });
  const [, second = 0, , last = 0] = said.usage;
  // Bytes per job: more than a kilobyte of each was once kept; what is compiled meanwhile takes its share.
  expect((last - second) / (jobs / 2)).toBeLessThan(900);
}, 300_000);
