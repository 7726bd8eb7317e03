import { openaiFaults } from '../../lib/testing/index.js';
import { childPrograms } from '../support/child-process.js';
import { bench, expectOnce, expectPaidOnce, outcomeOf } from './support/native-job.js';

// UniformityAI/accrue#47: killed after the batch was created and before that was written down, and it is paid for in vain.
describe('a process killed between a creation and its answer', () => {
  const programs = childPrograms();
  const test = bench();

  it('leaves a batch that the next one finds and adopts', async () => {
    const fault = openaiFaults.hang({ billed: true });
    const server = await test.openai({ faults: [{ on: 'batches.create', fault, requests: 1 }] });
    const child = programs.start('regression/support/native-program.ts', { db: test.path, baseURL: server.url });
    await child.line('started');
    while (server.ledger.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill();
    await child.gone;

    const outcome = await outcomeOf(test.client().resume('job'));
    expectOnce(outcome, 5);
    expect(outcome.info.notes).toEqual({ adoptedBatches: 1 });
    expect(server.ledger.batches).toHaveLength(1);
    expectPaidOnce(server);
  });
});
