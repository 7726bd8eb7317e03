import type { Route, RouteContext } from '../fake-server/api.js';
import { json, type Reply } from '../fake-server/reply.js';
import { operationBody } from './batch-body.js';
import { isReply, readOrder } from './batch-order.js';
import { geminiError, invalidArgument } from './error-body.js';
import { type BatchOrder, GeminiBatch } from './gemini-batch.js';
import type { Native } from './native.js';
import { pageOf } from './paging.js';
import { version } from './paths.js';

/** Native batches: create in both forms, then /batches. */
export function batchRoutes(native: Native): Route[] {
  const creating = (name: string, method: BatchOrder['method']): Route => ({
    ...{
      method: 'POST',
      pattern: new RegExp(`^/${version}/models/(?<model>[^/:]+):${name}$`),
      operation: 'batches.create',
    },
    handle: (context) => create(context, method, native),
  });
  const one = `^/${version}/batches/(?<id>[^/:]+)`;
  return [
    creating('batchGenerateContent', 'generateContent'),
    creating('asyncBatchEmbedContent', 'embedContent'),
    {
      ...{ method: 'GET', pattern: new RegExp(`^/${version}/batches$`), operation: 'batches.list' },
      handle: ({ query }) => list(query, native),
    },
    {
      method: 'GET',
      pattern: new RegExp(`${one}$`),
      operation: 'batches.get',
      handle: (context) => get(context, native),
    },
    {
      method: 'POST',
      pattern: new RegExp(`${one}:cancel$`),
      operation: 'batches.cancel',
      handle: (context) => cancel(context, native),
    },
    {
      ...{ method: 'DELETE', pattern: new RegExp(`${one}$`), operation: 'batches.delete' },
      // A deleted batch is only forgotten: it goes on, and goes on counting.
      handle: ({ params }) => (native.batches.delete(params['id'] ?? '') ? json(200, {}) : noSuchBatch(params['id'])),
    },
  ];
}

async function create({ call, params }: RouteContext, method: BatchOrder['method'], native: Native): Promise<Reply> {
  const { batches, parts, schedule } = native;
  await schedule.settle();
  const order = await readOrder(call.text, call.body, params['model'] ?? '', method, native);
  if (isReply(order)) return order;
  const batch = new GeminiBatch(order, native);
  batches.set(order.id, batch);
  schedule.add(batch.run);
  parts.ledger.batches.push(batch.ledgerEntry);
  return json(200, show(batch, native));
}

async function get({ params }: RouteContext, native: Native): Promise<Reply> {
  await native.schedule.settle();
  const batch = native.batches.get(params['id'] ?? '');
  return batch ? json(200, show(batch, native)) : noSuchBatch(params['id']);
}

async function list(query: URLSearchParams, native: Native): Promise<Reply> {
  const { clock, batchOptions } = native.parts;
  await native.schedule.settle();
  const now = clock.now();
  const visible = [...native.batches.values()].filter(
    ({ run, behaviour }) => run.createdAt + behaviour.listLagMs <= now,
  );
  const sorted = batchOptions().listOrder === 'oldest' ? visible : visible.reverse();
  const { entries, nextPageToken } = pageOf(sorted, query, 50, 1_000);
  return json(200, { operations: entries.map((batch) => show(batch, native)), nextPageToken });
}

async function cancel({ params }: RouteContext, native: Native): Promise<Reply> {
  const batch = native.batches.get(params['id'] ?? '');
  if (!batch) return noSuchBatch(params['id']);
  if (await native.schedule.cancel(batch.run)) return json(200, {});
  return invalidArgument(`The batch ${batch.name} has ended and cannot be cancelled.`);
}

function show(batch: GeminiBatch, { parts }: Native): Record<string, unknown> {
  return operationBody(batch, parts.clock.now(), parts.batchOptions().statePrefix ?? 'BATCH_STATE_');
}

function noSuchBatch(id = ''): Reply {
  return geminiError(404, `Requested entity was not found: batches/${id}`);
}
