import { afterwards, openaiFaults, type Fault } from '../../lib/testing/index.js';
import { bench, expectOnce, expectPaidOnce } from './support/native-job.js';

const created: [string, Fault][] = [
  ['a 500', afterwards(openaiFaults.serverError())],
  ['a 502 in HTML', afterwards(openaiFaults.html())],
  ['a reset', openaiFaults.reset({ billed: true })],
  ['an answer cut in the middle', openaiFaults.cut()],
  ['an empty 200', openaiFaults.emptyBody()],
  ['silence', openaiFaults.hang({ billed: true })],
];

// UniformityAI/accrue#47, BerriAI/litellm-docs#1408: a failed creation leaves a batch that is paid for, and another is made.
describe('a creation that is answered with', () => {
  const { openai, run } = bench();
  const creates = (entries: readonly { operation: string }[]): number =>
    entries.filter(({ operation }) => operation === 'batches.create').length;

  it.each(created)('%s after the batch was made: it is found and adopted', async (_name, fault) => {
    const server = await openai({ faults: [{ on: 'batches.create', fault, times: 1 }] });
    const outcome = await run(4, { attemptTimeoutMs: 100 });
    expectOnce(outcome, 4);
    expect(outcome.info.notes).toEqual({ adoptedBatches: 1 });
    expect(server.ledger.batches).toHaveLength(1);
    expect(creates(server.ledger.entries)).toBe(1);
    expectPaidOnce(server);
  });

  it('a 500 and shows up in the list late: it is waited for', async () => {
    const fault = afterwards(openaiFaults.serverError());
    const server = await openai({ batches: { listLagMs: 60 }, faults: [{ on: 'batches.create', fault, times: 1 }] });
    const outcome = await run(4, { orphanWaitMs: 600 });
    expectOnce(outcome, 4);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });

  it('a 500 and no batch: it is made once the list was searched three times', async () => {
    const server = await openai({ faults: [{ on: 'batches.create', fault: openaiFaults.serverError(), times: 1 }] });
    const outcome = await run(4);
    expectOnce(outcome, 4);
    const calls = server.ledger.entries.map(({ operation }) => operation);
    const [first, second] = [calls.indexOf('batches.create'), calls.lastIndexOf('batches.create')];
    expect(calls.slice(first, second).filter((call) => call === 'batches.list').length).toBeGreaterThanOrEqual(3);
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
