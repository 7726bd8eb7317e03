import { openaiFaults as faults } from '../../../lib/testing/fake-openai/openai-faults.js';
import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import type { FaultPlan } from '../../../lib/testing/fake-server/fault.js';

const bad = faults.badRequest();

/** Statuses of so many requests, sent one after another; each says its number unless told what to say. */
async function statuses(plan: FaultPlan, texts: readonly string[], seed = 1): Promise<number[]> {
  await using server = await startFakeOpenAI({ faults: plan, seed });
  const result: number[] = [];
  for (const text of texts) result.push(await post(server.url, text));
  return result;
}

async function post(url: string, content: string): Promise<number> {
  const headers = { authorization: 'Bearer any', 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
  const answer = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body });
  await answer.text();
  return answer.status;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `item ${index}`);

it('happens always where no condition is given', async () => {
  expect(await statuses([{ fault: bad }], numbered(2))).toEqual([400, 400]);
});

it.each([
  ['one number', 2, [200, 400, 200, 200]],
  ['some numbers', [1, 4], [400, 200, 200, 400]],
  ['a predicate', (n: number) => n % 2 === 0, [200, 400, 200, 400]],
])('happens to requests by %s', async (_what, requests, expected) => {
  expect(await statuses([{ fault: bad, requests }], numbered(4))).toEqual(expected);
});

it.each([
  ['a text', 'item 1'],
  ['a pattern', /item 1/],
  ['a predicate', (call: { text: string }) => call.text.endsWith('item 1"}]}')],
])('happens to bodies by %s', async (_what, match) => {
  expect(await statuses([{ fault: bad, match }], numbered(3))).toEqual([200, 400, 200]);
});

it('happens to the first attempts of each distinct body', async () => {
  const texts = ['a', 'b', 'a', 'b', 'a', 'b'];
  expect(await statuses([{ fault: bad, firstAttempts: 2 }], texts)).toEqual([400, 400, 400, 400, 200, 200]);
});

it('happens so many times', async () => {
  expect(await statuses([{ fault: bad, times: 2 }], numbered(4))).toEqual([400, 400, 200, 200]);
});

it('happens by chance, which the seed repeats in any order', async () => {
  const texts = numbered(60);
  const plan = [{ fault: bad, probability: 0.3 }];
  const first = await statuses(plan, texts);
  expect(await statuses(plan, texts)).toEqual(first);
  expect((await statuses(plan, texts.toReversed())).toReversed()).toEqual(first);
  expect(await statuses(plan, texts, 2)).not.toEqual(first);
  const failures = first.filter((status) => status === 400).length;
  expect(failures).toBeGreaterThan(8);
  expect(failures).toBeLessThan(30);
});

it('lets the first rule that applies decide', async () => {
  const plan: FaultPlan = [
    { fault: faults.serverError(), requests: 2 },
    { fault: bad, times: 2 },
  ];
  expect(await statuses(plan, numbered(4))).toEqual([400, 500, 400, 200]);
});

it('leaves other operations alone', async () => {
  await using server = await startFakeOpenAI({ faults: [{ fault: bad, on: 'models.list' }] });
  expect(await post(server.url, 'hi')).toBe(200);
  const list = await fetch(`${server.url}/models`, { headers: { authorization: 'Bearer any' } });
  expect(list.status).toBe(400);
});
