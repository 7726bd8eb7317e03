import type { ItemQuery, StoredItem } from '../store/store.js';
import type { JobReader, JobView } from '../job/job-reader.js';
import { itemQuestion } from './body-schemas.js';
import { requireStillThere, requireVisible } from './job-access.js';
import { jsonResponse } from './json-response.js';
import { nextTurn } from './next-turn.js';
import { answerChars } from './page-size.js';
import { Problem } from './problem.js';
import { readQuery } from './query.js';
import { readJson } from './read-json.js';
import type { ReadContext } from './read-jobs.js';
import { mentions } from './mentions.js';
import type { WireItem, WireItemPage } from './wire.js';

/** Milliseconds a search may take before it answers with what it has, and where to go on. */
const searchMs = 1_000;
/** Milliseconds of one look into the store: others want their turn. */
const lookMs = 10;

interface Search {
  readonly reader: JobReader;
  readonly job: JobView;
  readonly query: ItemQuery;
  /** What the store cannot decide. */
  readonly matches: (item: WireItem) => boolean;
  readonly limit: number;
  /** An ordinal. */
  readonly after: number;
  readonly signal: AbortSignal;
}

/** `GET /jobs/:id/items` */
export async function pageItems({ settings, principal, request, url }: ReadContext, jobId: string): Promise<Response> {
  const { client } = settings;
  const job = requireVisible(client, principal, jobId);
  const { after, limit, only, code, search } = readQuery('items', url.searchParams);
  const state = code === undefined ? only : 'failed';
  const query = { state, text: search };
  const matches = (item: WireItem): boolean =>
    (code === undefined || (item.result?.ok === false && item.result.error.code === code)) &&
    (query.text === undefined || mentions(item, query.text));
  const { reader } = client;
  const { signal } = request;
  const page = await find({ reader, job, query, matches, limit, after, signal });
  return jsonResponse(page satisfies WireItemPage);
}

/** `GET /jobs/:id/items/:itemId` */
export async function inspectItem(
  { settings, principal, request }: ReadContext,
  jobId: string,
  itemId: string,
): Promise<Response> {
  const { client } = settings;
  const job = requireVisible(client, principal, jobId);
  const search = { reader: client.reader, job, query: { itemId }, matches: () => true, limit: 1 };
  for (let after = 0; ;) {
    const { items, next } = await find({ ...search, after, signal: request.signal });
    if (items[0] !== undefined) return jsonResponse(items[0]);
    if (next === null || request.signal.aborted) throw new Problem(404, 'not_found', 'The job has no such item');
    after = next;
  }
}

/** `POST /jobs/:id/items`: one by any id, whatever an address can carry. */
export async function findItem(context: ReadContext, jobId: string): Promise<Response> {
  const { itemId } = await readJson(context.request, itemQuestion);
  return await inspectItem(context, jobId, itemId);
}

/** Looks through ranges of items, as wide as fit into a moment, until the page is full, the items or the time at their end. */
async function find(search: Search): Promise<WireItemPage> {
  const { reader, job, query, matches, limit, signal } = search;
  const { jobId, total } = job.info;
  const items: WireItem[] = [];
  const started = Date.now();
  let { after } = search;
  let room = answerChars;
  // As many as a page where everything matches.
  let width = Math.max(limit, 200);
  while (after < total && items.length < limit && room > 0 && Date.now() - started < searchMs && !signal.aborted) {
    const upTo = Math.min(total, after + width);
    const wanted = limit - items.length;
    const asked = room;
    const looked = Date.now();
    const found = reader.items(jobId, after, upTo, { rows: wanted, chars: asked }, query);
    requireStillThere(reader, job);
    const took = Date.now() - looked;
    let read = 0;
    for (const stored of found) {
      read += stored.chars;
      const item = toWireItem(stored);
      if (!matches(item)) continue;
      items.push(item);
      room -= stored.chars;
    }
    const isCut = found.length === wanted || read >= asked;
    after = isCut ? (found.at(-1)?.ordinal ?? upTo) : upTo;
    width = took > lookMs ? Math.max(50, width >> 1) : Math.min(50_000, width * 2);
    await nextTurn();
  }
  return { items, next: after < total ? after : null };
}

function toWireItem({ ordinal, itemId, request, result }: StoredItem): WireItem {
  const state = result === null ? 'pending' : result.ok ? 'ok' : 'failed';
  return { ordinal, itemId, state, ...(JSON.parse(request) as Pick<WireItem, 'input'>), result };
}
