import type { Observable, ObservableInput } from 'rxjs';
import { from } from 'rxjs';
import { messageOf } from '../core/errors.js';
import type { ResolvedItem } from '../core/item.js';
import type {
  BatchMarker,
  BatchSubmission,
  NativeCapability,
  NativeContext,
  NativeResult,
  RemoteBatch,
  SubmitStep,
} from '../provider/native.js';
import type { Provider } from '../provider/provider.js';

export type NativeCallName = 'submit' | 'poll' | 'find' | 'results' | 'cancel';

/** A provider with native batches to examine, fresh for each test, and the strings of the server behind it. */
export interface NativeSubject {
  readonly provider: Provider;
  /** An item that is answered; `n` makes it different from others. */
  item(n: number): ResolvedItem;
  /** Lets time pass at the server until every batch has ended. */
  finish(): void | Promise<void>;
  /** Lets time pass until about half of a new batch is answered. */
  halfway?(): void | Promise<void>;
  /** Whether what was answered before a cancel can be read. */
  readonly keepsCancelled?: boolean;
  /** The next create makes its batch, and its answer is lost. */
  loseCreate?(): void;
  /** From now on this call is not answered, or not to its end. */
  hang?(call: NativeCallName): void;
  /** Calls that are open at the server now. */
  open?(): number;
  /** Calls that the server has seen. */
  calls?(): number;
  /** From now on every call fails, with the secrets in the server's words. */
  spill?(): void;
  /** What must not be in any message. */
  readonly secrets?: readonly string[];
  close?(): void | Promise<void>;
}

export const marker: BatchMarker = {
  run: '0b9f8d0e-6f0f-4c5e-9d57-6f2f4f2f9a11',
  shard: 7,
  attempt: 2,
  content: 'c0ffee',
};

/** A subject with the calls of a test made short. */
export class Bench {
  constructor(readonly subject: NativeSubject) {}

  get native(): NativeCapability {
    const { native } = this.subject.provider;
    if (native === undefined) throw new Error('the provider has no native batches');
    return native;
  }

  keys(count: number): readonly string[] {
    return Array.from({ length: count }, (_, n) => `i${n + 1}`).sort();
  }

  submission(count: number, part: Partial<BatchMarker> = {}): BatchSubmission {
    const lines = Array.from({ length: count }, (_, n) => this.native.line(this.subject.item(n + 1), `i${n + 1}`));
    const text = lines.map((line) => `${line.text}\n`).join('');
    return {
      marker: { ...marker, ...part },
      jobId: 'job',
      model: lines[0]?.model ?? '',
      bytes: Buffer.byteLength(text),
      requests: count,
      lines: () => [text],
      fileId: undefined,
    };
  }

  async submit(
    count: number,
    part: Partial<BatchSubmission> = {},
    marks: Partial<BatchMarker> = {},
  ): Promise<readonly SubmitStep[]> {
    return all(this.native.submit({ ...this.submission(count, marks), ...part }, context()));
  }

  async poll(batchId: string): Promise<RemoteBatch> {
    const [batch] = await all(this.native.poll(batchId, context()));
    if (batch === undefined) throw new Error('a poll was not answered');
    return batch;
  }

  find(): Promise<readonly RemoteBatch[]> {
    return all(this.native.find(marker.run, context()));
  }

  async results({ outputs }: RemoteBatch): Promise<readonly NativeResult[]> {
    const found: NativeResult[] = [];
    for (const output of outputs) {
      for (const page of await all(this.native.results(output, 0, context()))) found.push(...page.results);
    }
    return found;
  }

  call(name: NativeCallName, batchId: string, output: string, within: NativeContext): Observable<unknown> {
    const { native } = this;
    switch (name) {
      case 'submit':
        return from<ObservableInput<unknown>>(native.submit(this.submission(1, { attempt: 3 }), within));
      case 'poll':
        return from<ObservableInput<unknown>>(native.poll(batchId, within));
      case 'find':
        return from<ObservableInput<unknown>>(native.find(marker.run, within));
      case 'results':
        return from<ObservableInput<unknown>>(native.results(output, 0, within));
      case 'cancel':
        return from<ObservableInput<unknown>>(native.cancel(batchId, within));
    }
  }
}

/** Counts how much of a shard is asked for within one turn of the event loop. */
export class PullMeter {
  pages = 0;
  mostBytesInOneTurn = 0;
  private bytes = 0;
  private readonly turns = setInterval(() => (this.bytes = 0), 0);

  *watch(page: string, count: number): Generator<string, void, undefined> {
    for (let n = 0; n < count; n++) {
      this.pages++;
      this.bytes += page.length;
      this.mostBytesInOneTurn = Math.max(this.mostBytesInOneTurn, this.bytes);
      yield page;
    }
  }

  stop(): void {
    clearInterval(this.turns);
  }
}

export function context(): NativeContext {
  return { signal: new AbortController().signal };
}

export function created(steps: readonly SubmitStep[]): RemoteBatch {
  const last = steps.at(-1);
  if (last?.step !== 'created') throw new Error('no batch was created');
  return last.batch;
}

async function all<T>(source: ObservableInput<T>): Promise<readonly T[]> {
  const { values, error } = await collect(source);
  if (error !== undefined) throw error instanceof Error ? error : new Error(messageOf(error));
  return values;
}

export function collect<T>(
  source: ObservableInput<T>,
): Promise<{ readonly values: readonly T[]; readonly error: unknown }> {
  return new Promise((resolve) => {
    const values: T[] = [];
    from(source).subscribe({
      next: (value) => void values.push(value),
      error: (error: unknown) => resolve({ values, error: error ?? new Error('an error without a value') }),
      complete: () => resolve({ values, error: undefined }),
    });
  });
}

export function leaks(verdict: unknown, secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => JSON.stringify(verdict).includes(secret));
}

export async function until(check: () => boolean): Promise<void> {
  for (let waited = 0; !check(); waited += 5) {
    if (waited > 3_000) throw new Error('it did not happen within 3 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
