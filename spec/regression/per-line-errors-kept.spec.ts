import { openaiFaults } from '../../lib/testing/index.js';
import { bench, errorOf, expectOnce } from './support/native-job.js';

// experientiallabs/experiential#783, artefactory/artefactual#332: a request's own error is lost on the way to its user.
describe('errors of single lines', () => {
  const { openai, run } = bench();

  it('each reach their item, with status, words and what they mean', async () => {
    const on = 'batch.line';
    await openai({
      faults: [
        { on, match: 'content":"i1"', fault: openaiFaults.badRequest('temperature: 9 is above 2') },
        { on, match: 'content":"i2"', fault: openaiFaults.contentFilter() },
        { on, match: 'content":"i3"', fault: openaiFaults.refusal() },
        { on, match: 'content":"i4"', fault: openaiFaults.serverError() },
        { on, match: 'content":"i5"', fault: openaiFaults.lineError() },
      ],
    });
    const outcome = await run(6, { maxAttempts: 2 });
    expectOnce(outcome, 6, {
      ...{ i1: 'invalid_request', i2: 'content_filtered', i3: 'content_filtered' },
      ...{ i4: 'server_error', i5: 'server_error' },
    });
    expect(errorOf(outcome, 'i1')).toMatchObject({ status: 400, retryable: false });
    expect(errorOf(outcome, 'i1').message).toContain('temperature: 9 is above 2');
    expect(errorOf(outcome, 'i5').message).toContain('could not be executed');
    expect(outcome.results['i1']).toMatchObject({ attempts: 1 });
    expect(outcome.results['i4']).toMatchObject({ attempts: 2 });
  });
});
