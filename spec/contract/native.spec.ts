import '../support/node-dispatcher';
import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import type { Provider } from '../../lib/provider/provider';
import { startFakeGemini } from '../../lib/testing/fake-gemini/start-fake-gemini';
import { startFakeOpenAI } from '../../lib/testing/fake-openai/start-fake-openai';
import type { Operation } from '../../lib/testing/fake-server/call';
import { ManualClock } from '../../lib/testing/fake-server/clock';
import { commonFaults } from '../../lib/testing/fake-server/common-faults';
import type { FakeServer } from '../../lib/testing/fake-server/fake-server';
import type { FakeServerOptions } from '../../lib/testing/fake-server/options';
import type { NativeCallName, NativeSubject } from '../../lib/testing/native-bench';
import { describeNative } from '../../lib/testing/native-contract';
import { item } from '../provider/support/ask';
import { geminiMajors, openaiMajors } from '../provider/support/majors';

const framework = { describe, it, expect };
const key = 'k3y-of-the-contract';
const operations: Record<NativeCallName, Operation> = {
  submit: 'batches.create',
  poll: 'batches.get',
  find: 'batches.list',
  results: 'files.content',
  cancel: 'batches.cancel',
};
const words = { error: { message: `no ${key}`, code: 500, status: 'INTERNAL' } };

async function subject(
  start: (options: FakeServerOptions) => Promise<FakeServer>,
  make: (server: FakeServer) => Provider,
  batches: FakeServerOptions['batches'] = {},
): Promise<NativeSubject> {
  const clock = new ManualClock();
  const server = await start({ clock, batches: { runMsPerRequest: 100, ...batches } });
  return {
    provider: make(server),
    item: (n) => item(`question ${n}`),
    finish: () => clock.advance(3_600_000),
    // A little of validation, then half of twenty requests.
    halfway: () => clock.advance(1_050),
    keepsCancelled: true,
    loseCreate: () =>
      server.setFaults([{ on: 'batches.create', fault: commonFaults.reset({ billed: true }), times: 1 }]),
    hang: (call) => {
      const fault = call === 'results' ? commonFaults.stall() : commonFaults.hang();
      server.setFaults([{ on: operations[call], fault }]);
    },
    open: () => server.ledger.open,
    calls: () => server.ledger.calls,
    spill: () => server.setFaults([{ on: Object.values(operations), fault: commonFaults.foreignError(500, words) }]),
    secrets: [key],
    close: () => server.close(),
  };
}

const [[openai6Name, openai6], [openai7Name, openai7]] = openaiMajors as Pair;
const [[gemini2Name, gemini2], [gemini3Name, gemini3]] = geminiMajors as Pair;
type Pair = readonly [readonly [string, unknown], readonly [string, unknown]];

for (const [name, sdk, endpoint, rangeSupport] of [
  [openai6Name, openai6, '/v1/chat/completions', false],
  [openai6Name, openai6, '/v1/responses', true],
  [openai7Name, openai7, '/v1/chat/completions', true],
  [openai7Name, openai7, '/v1/embeddings', false],
] as const) {
  const make = ({ url }: FakeServer): Provider =>
    openai({ sdk, endpoint, baseURL: url, apiKey: key, defaultModel: 'gpt-4o-mini' });
  describeNative(`${name} ${endpoint}`, () => subject(startFakeOpenAI, make, { rangeSupport }), framework);
}

for (const [name, sdk, endpoint, rangeSupport] of [
  [gemini2Name, gemini2, 'generateContent', false],
  [gemini2Name, gemini2, 'embedContent', false],
  [gemini3Name, gemini3, 'generateContent', true],
  [gemini3Name, gemini3, 'embedContent', true],
] as const) {
  const make = ({ url }: FakeServer): Provider =>
    gemini({ sdk, endpoint, baseURL: url, apiKey: key, defaultModel: 'gemini-2.5-flash' });
  const batches = { rangeSupport, outputAfterCancel: true };
  describeNative(`${name} ${endpoint}`, () => subject(startFakeGemini, make, batches), framework);
}
