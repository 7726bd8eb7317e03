import type { ObservableInput } from 'rxjs';
import { from, lastValueFrom, toArray } from 'rxjs';
import type { ResolvedItem } from '../../../lib/core/item';
import type {
  BatchSubmission,
  NativeCapability,
  NativeContext,
  NativeResult,
  NativeVerdict,
  RemoteBatch,
} from '../../../lib/provider/native';
import type { NativeCall } from '../../../lib/provider/native/native-verdict';
import type { Provider } from '../../../lib/provider/provider';
import { item } from './ask';

export const marker = { run: 'run-1', shard: 3, attempt: 1, content: 'c0ffee' };

export function nativeOf(provider: Provider): NativeCapability {
  return provider.native!;
}

export function within(signal = new AbortController().signal): NativeContext {
  return { signal };
}

export function listOf<T>(source: ObservableInput<T>): Promise<T[]> {
  return lastValueFrom(from(source).pipe(toArray()));
}

/** One shard of the given items, whose keys are `i1`, `i2`, ... */
export function shardOf(
  native: NativeCapability,
  items: readonly ResolvedItem[],
  more: Partial<BatchSubmission> = {},
): BatchSubmission {
  const lines = items.map((each, n) => native.line(each, `i${n + 1}`));
  const text = lines.map((line) => `${line.text}\n`).join('');
  return {
    ...{ marker, jobId: 'job', model: lines[0]?.model ?? '', bytes: Buffer.byteLength(text) },
    ...{ requests: lines.length, lines: () => [text], fileId: undefined },
    ...more,
  };
}

export function questions(count: number): ResolvedItem[] {
  return Array.from({ length: count }, (_, n) => item(`question ${n + 1}`));
}

export async function create(native: NativeCapability, submission: BatchSubmission): Promise<RemoteBatch> {
  const last = (await listOf(native.submit(submission, within()))).at(-1);
  if (last?.step !== 'created') throw new Error('no batch was created');
  return last.batch;
}

export async function poll(native: NativeCapability, batchId: string): Promise<RemoteBatch> {
  return (await listOf(native.poll(batchId, within())))[0]!;
}

export async function read(native: NativeCapability, output: string, offset = 0): Promise<NativeResult[]> {
  return (await listOf(native.results(output, offset, within()))).flatMap((page) => page.results);
}

export async function readAll(native: NativeCapability, { outputs }: RemoteBatch): Promise<NativeResult[]> {
  const results: NativeResult[] = [];
  for (const output of outputs) results.push(...(await read(native, output)));
  return results;
}

/** The verdict on a call that fails. */
export async function failing(
  native: NativeCapability,
  call: NativeCall,
  source: ObservableInput<unknown>,
): Promise<NativeVerdict> {
  const error: unknown = await listOf(source).then(
    (values) => {
      throw new Error(`it did not fail: ${JSON.stringify(values)}`);
    },
    (reason: unknown) => reason,
  );
  return native.classify(error, call);
}
