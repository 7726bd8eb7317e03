import type { Observable } from 'rxjs';
import { from } from 'rxjs';
import type { ResolvedItem } from '../core/item.js';
import { defaultClassify } from '../provider/default-classify.js';
import type { Provider, ProviderResponse, RequestContext, Verdict } from '../provider/provider.js';

/** The parts of a test framework that are used; those of Jest, Vitest and node:test with `expect` fit. */
export interface ContractFramework {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly expect: (value: unknown) => { toBe(expected: unknown): void; toEqual(expected: unknown): void };
}

/** A provider to examine, fresh for each test, and what it is examined with. */
export interface ProviderSubject {
  readonly provider: Provider;
  /** Is answered. */
  readonly item: ResolvedItem;
  /** Fails, and keeps failing. */
  readonly failing?: ResolvedItem | undefined;
  /** Is never answered. `arrived` and `aborted` tell how many such requests reached the server, and were broken off. */
  readonly hanging?: { readonly item: ResolvedItem; arrived(): number; aborted(): number } | undefined;
  /** Requests the server has seen. */
  readonly requests?: (() => number) | undefined;
  /** Can never be sent. */
  readonly rejected?: ResolvedItem | undefined;
  /** What must not be in any message. */
  readonly secrets?: readonly string[] | undefined;
  /** Frees what `setup` has made; the provider is closed before. */
  close?(): void | Promise<void>;
}

/**
 * What the engine relies on in a provider, as tests: run it on one of your own.
 *
 * ```ts
 * describeProvider('mine', () => ({ provider: mine(), item: { itemId: 'a', input: 'hi', model: 'm', params: {} } }), { describe, it, expect });
 * ```
 */
export function describeProvider(
  name: string,
  setup: () => ProviderSubject | Promise<ProviderSubject>,
  { describe, it, expect }: ContractFramework,
): void {
  const examine = (title: string, test: (subject: ProviderSubject) => void | Promise<void>): void => {
    it(title, async () => {
      const subject = await setup();
      try {
        await test(subject);
      } finally {
        await subject.provider.close?.();
        await subject.close?.();
      }
    });
  };

  describe(`${name} as a provider`, () => {
    examine('is ready to send, and says so as often as asked', ({ provider }) => {
      provider.prepare?.();
      provider.prepare?.();
      expect(provider.name !== '').toBe(true);
    });

    examine('emits one answer and completes', async ({ provider, item }) => {
      const { answers, error } = await collect(request(provider, item));
      expect(error).toBe(undefined);
      expect(answers.length).toBe(1);
      const [answer] = answers;
      expect(answer !== undefined && 'output' in answer).toBe(true);
      expect(countsAreNumbers(answer?.usage)).toBe(true);
      expect(JSON.parse(JSON.stringify(answer?.raw ?? null))).toEqual(answer?.raw ?? null);
    });

    examine('makes a new request for each', async ({ provider, item, requests }) => {
      await collect(request(provider, item));
      await collect(request(provider, item, { attempt: 2 }));
      if (requests !== undefined) expect(requests()).toBe(2);
    });

    examine('leaves the item as it was', async ({ provider, item }) => {
      const before = JSON.stringify(item);
      await collect(request(provider, deepFreeze(item)));
      expect(JSON.stringify(item)).toBe(before);
    });

    examine('has a failure judged, without retrying it itself', async (subject) => {
      const { provider, failing, requests } = subject;
      if (failing === undefined) return;
      const { answers, error } = await collect(request(provider, failing));
      expect(answers.length).toBe(0);
      const verdict = judge(provider, error);
      expect(['retry', 'rate_limited', 'fail', 'stop'].includes(verdict.kind)).toBe(true);
      expect(verdict.error.message !== '').toBe(true);
      expect(leaks(subject, verdict)).toEqual([]);
      if (requests !== undefined) expect(requests()).toBe(1);
    });

    examine('has any error judged', (subject) => {
      for (const error of [
        undefined,
        null,
        'text',
        new Error('x'),
        { status: 503 },
        new DOMException('x', 'AbortError'),
      ]) {
        expect(typeof judge(subject.provider, error).error.retryable).toBe('boolean');
      }
      const spilt = new Error(`it said ${(subject.secrets ?? []).join(' ')}`);
      expect(leaks(subject, judge(subject.provider, spilt))).toEqual([]);
    });

    examine('takes an abort to the server', async ({ provider, hanging }) => {
      if (hanging === undefined) return;
      const controller = new AbortController();
      // As the engine gives an attempt up: it stops listening and aborts.
      const subscription = request(provider, hanging.item, { signal: controller.signal }).subscribe({
        error: () => undefined,
      });
      await until(() => hanging.arrived() === 1);
      subscription.unsubscribe();
      controller.abort();
      await until(() => hanging.aborted() === 1);
      expect(hanging.aborted()).toBe(1);
    });

    examine('refuses with a sentence what can never be sent, and only that', ({ provider, item, rejected }) => {
      expect(provider.reject?.(item)).toBe(undefined);
      if (rejected !== undefined) expect(typeof provider.reject?.(rejected)).toBe('string');
    });

    examine('estimates at least one token', ({ provider, item }) => {
      expect((provider.estimateTokens?.(item) ?? 1) >= 1).toBe(true);
    });

    examine('counts tokens that are numbers', ({ provider }) => {
      const counted = provider.countTokens?.({ inputTokens: 3, outputTokens: 5 }) ?? 0;
      expect(Number.isFinite(counted) && counted >= 0).toBe(true);
    });

    examine('has a quota scope without secrets', ({ provider, secrets = [] }) => {
      expect(secrets.filter((secret) => provider.quotaScope?.includes(secret) === true)).toEqual([]);
    });
  });
}

function request(
  provider: Provider,
  item: ResolvedItem,
  context: Partial<RequestContext> = {},
): Observable<ProviderResponse> {
  const { signal } = new AbortController();
  return from(provider.request(item, { signal, attempt: 1, jobId: 'contract', timeoutMs: 30_000, ...context }));
}

function collect(source: Observable<ProviderResponse>): Promise<{ answers: ProviderResponse[]; error: unknown }> {
  return new Promise((resolve) => {
    const answers: ProviderResponse[] = [];
    source.subscribe({
      next: (answer) => void answers.push(answer),
      error: (error: unknown) => resolve({ answers, error: error ?? new Error('an error without a value') }),
      complete: () => resolve({ answers, error: undefined }),
    });
  });
}

function judge(provider: Provider, error: unknown): Verdict {
  return provider.classify?.(error) ?? defaultClassify(error);
}

function leaks({ secrets = [] }: ProviderSubject, verdict: Verdict): readonly string[] {
  return secrets.filter((secret) => JSON.stringify(verdict).includes(secret));
}

function countsAreNumbers(usage: ProviderResponse['usage']): boolean {
  return usage === undefined || (Number.isFinite(usage.inputTokens) && Number.isFinite(usage.outputTokens));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

async function until(check: () => boolean): Promise<void> {
  for (let waited = 0; !check(); waited += 5) {
    if (waited > 3_000) throw new Error('it did not happen within 3 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
