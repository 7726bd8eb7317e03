import { appendFileSync } from 'node:fs';
import { URL } from 'node:url';

const notes = new URL('notes.jsonl', import.meta.url);

export default {
  onComplete: (job) => appendFileSync(notes, `${JSON.stringify({ call: 'onComplete', jobId: job.jobId })}\n`),
};
