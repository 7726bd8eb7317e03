import type { Route, RouteContext } from '../fake-server/api.js';
import { json, type Reply } from '../fake-server/reply.js';
import { retryHeaders } from '../fake-server/retry-hint.js';
import { batchBody } from './batch-body.js';
import { isReply, readOrder } from './batch-order.js';
import { openaiError } from './error-body.js';
import type { Native } from './native.js';
import { OpenAIBatch } from './openai-batch.js';
import { page } from './paging.js';
import { prefix } from './paths.js';

/** /batches and what is below it. */
export function batchRoutes(native: Native): Route[] {
  const all = new RegExp(`${prefix}/batches$`);
  const one = new RegExp(`${prefix}/batches/(?<id>[^/]+)$`);
  const cancel = new RegExp(`${prefix}/batches/(?<id>[^/]+)/cancel$`);
  return [
    { method: 'POST', pattern: all, operation: 'batches.create', handle: ({ call }) => create(call.body, native) },
    { method: 'GET', pattern: all, operation: 'batches.list', handle: ({ query }) => list(query, native) },
    { method: 'GET', pattern: one, operation: 'batches.get', handle: (context) => get(context, native) },
    { method: 'POST', pattern: cancel, operation: 'batches.cancel', handle: (context) => cancelOne(context, native) },
  ];
}

async function create(body: unknown, native: Native): Promise<Reply> {
  const { batches, parts, schedule } = native;
  await schedule.settle();
  const order = readOrder(body, native);
  if (isReply(order)) return order;
  const waitMs = native.refuseCreation();
  if (waitMs !== undefined) {
    const headers = retryHeaders('retry-after', waitMs, parts.clock.now());
    return openaiError(429, 'Rate limit reached for batch creations per hour.', {
      type: 'requests',
      code: 'rate_limit_exceeded',
      headers,
    });
  }
  if (schedule.unfinished >= (parts.batchOptions().maxConcurrent ?? Infinity)) {
    return openaiError(429, 'Too many batches in progress.', { type: 'requests', code: 'rate_limit_exceeded' });
  }
  const batch = new OpenAIBatch(order, native);
  batches.set(batch.id, batch);
  schedule.add(batch.run);
  parts.ledger.batches.push(batch.ledgerEntry);
  return json(200, batchBody(batch, parts.clock.now()));
}

async function get({ params }: RouteContext, native: Native): Promise<Reply> {
  await native.schedule.settle();
  const batch = native.batches.get(params['id'] ?? '');
  return batch ? json(200, batchBody(batch, native.parts.clock.now())) : noSuchBatch(params['id']);
}

async function list(query: URLSearchParams, native: Native): Promise<Reply> {
  const { clock, batchOptions } = native.parts;
  await native.schedule.settle();
  const now = clock.now();
  const visible = [...native.batches.values()].filter(
    ({ run, behaviour }) => run.createdAt + behaviour.listLagMs <= now,
  );
  const sorted = batchOptions().listOrder === 'oldest' ? visible : visible.reverse();
  return page(sorted, query, { usual: 20, most: 100 }, (batch) => batchBody(batch, now));
}

async function cancelOne({ params }: RouteContext, native: Native): Promise<Reply> {
  const batch = native.batches.get(params['id'] ?? '');
  if (!batch) return noSuchBatch(params['id']);
  if (await native.schedule.cancel(batch.run)) return json(200, batchBody(batch, native.parts.clock.now()));
  return openaiError(409, `Cannot cancel a batch with status '${batch.run.phase}'.`);
}

function noSuchBatch(id = ''): Reply {
  return openaiError(404, `No batch found with id '${id}'.`, { param: 'batch_id' });
}
