import { openaiFaults, type Fault } from '../../../lib/testing/index.js';

const { foreignError } = openaiFaults;

/** 200 and JSON, but not what was asked for. */
export const wrongShapes: readonly Fault[] = [
  ...[[], null, 'ok', 42, {}, { choices: 'none', candidates: 'none' }, { choices: [null], candidates: [[]] }],
  { choices: [{ message: { content: { text: 1 } } }], candidates: [{ content: { parts: 7 } }] },
  { id: 7, status: ['completed'], name: {}, metadata: 'x', object: 'list', data: { 0: {} }, operations: {} },
].map((body, n) => ({ ...foreignError(200, body), name: `wrongShape ${n}` }));

/** 200 with an error inside, as gateways send it. */
export const errorInside: Fault = {
  ...foreignError(200, { error: { message: 'upstream failed', code: 502, status: 'INTERNAL' } }),
  name: 'errorInside',
};

/** The work is done, and the answer tells of something else: a batch that is there, and that nobody was told of. */
export function after(fault: Fault): Fault {
  return { ...fault, name: `${fault.name} after`, performs: true };
}

/** Another batch, with the marker of another shard, and ended with nothing. */
export const wrongBatch: Fault = {
  name: 'wrongBatch',
  performs: true,
  reply: ({ good }) => {
    if (typeof good?.body !== 'string') throw new Error('There is no answer to change');
    const body = JSON.parse(good.body) as { readonly object?: string; readonly metadata?: object };
    const { metadata = {} } = body;
    const openai = { id: 'batch_other', status: 'completed', metadata: { ...metadata, shard: '9999' } };
    const gemini = {
      name: 'batches/other',
      done: true,
      response: {},
      metadata: { ...metadata, displayName: stranger },
    };
    return { ...good, body: JSON.stringify({ ...body, ...(body.object === undefined ? gemini : openai) }) };
  },
};

const stranger = 'openapi-batch somebody-else 1 1 abc';
