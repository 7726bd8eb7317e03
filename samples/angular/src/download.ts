import type { RemoteBatchJob } from 'openapi-batch/browser';
import { bufferCount, concatMap, lastValueFrom, map, tap, type Observable } from 'rxjs';

interface SaveFile {
  createWritable(): Promise<{ write(text: string): Promise<void>; close(): Promise<void> }>;
}
type Picker = (options: { readonly suggestedName: string }) => Promise<SaveFile>;

/** All results so far as JSONL: straight to the disk where the browser can, else by way of a Blob. */
export async function downloadResults(job: RemoteBatchJob, told: (count: number) => void): Promise<void> {
  const suggestedName = `${job.jobId.replaceAll(/[^\w.-]+/g, '_')}.jsonl`;
  const pick = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  const file = await pick?.({ suggestedName }).catch(changedMind);
  if (file === 'nowhere') return;
  let count = 0;
  const text$: Observable<string> = job.results().pipe(
    bufferCount(1_000),
    tap((results) => told((count += results.length))),
    map((results) => results.map((result) => `${JSON.stringify(result)}\n`).join('')),
  );
  if (file !== undefined) {
    const out = await file.createWritable();
    await lastValueFrom(text$.pipe(concatMap((text) => out.write(text))), { defaultValue: undefined });
    return out.close();
  }
  const parts: Blob[] = [];
  await lastValueFrom(text$.pipe(map((text) => parts.push(new Blob([text])))), { defaultValue: 0 });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }));
  link.download = suggestedName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whoever closes the dialogue wants no file, and no words about it. */
function changedMind(error: unknown): 'nowhere' {
  if (error instanceof DOMException && error.name === 'AbortError') return 'nowhere';
  throw error;
}
