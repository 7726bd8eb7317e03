// A callbacks module as a user writes one: loaded in each worker thread, writes down who was told what, beside itself.
import { URL } from 'node:url';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';

const notes = new URL('notes.jsonl', import.meta.url);
const note = (what) => appendFileSync(notes, `${JSON.stringify({ threadId, ...what })}\n`);

export async function onItem(job, itemId, result) {
  note({ call: 'onItem', jobId: job.jobId, itemId, result });
  if (itemId === 'throws') throw new Error(`cannot take ${itemId}`);
  if (itemId === 'hangs') await sleep(3_600_000);
  if (itemId === 'blocks') for (;;);
  await sleep(20);
  note({ call: 'onItem over', itemId });
}

export function onProgress(job, progress) {
  note({ call: 'onProgress', jobId: job.jobId, progress });
}

export function onComplete(job) {
  note({ call: 'onComplete', jobId: job.jobId });
}
