import { join } from 'node:path';
import { build } from 'esbuild';
import { BehaviorSubject, NEVER, of, Subject, throwError, type Observable } from 'rxjs';
import { progressEvent } from '../../lib/testing/event-builders.js';

interface Recipe {
  start(): void;
  progress(): { readonly done: number } | undefined;
  problem(): string;
}

/** As much of Angular as the recipe uses; a signal of an Observable that has errored throws, as Angular's does. */
const angular = {
  Component: () => () => undefined,
  signal: <T>(first: T) => {
    const values$ = new BehaviorSubject(first);
    return Object.assign(() => values$.value, { set: (value: T) => values$.next(value), values$ });
  },
  toObservable: <T>({ values$ }: { readonly values$: Observable<T> }) => values$,
  toSignal: <T>(values$: Observable<T>) => {
    let read = (): T | undefined => undefined;
    values$.subscribe({
      next: (value) => (read = () => value),
      error: (error: unknown) => {
        read = () => {
          throw error;
        };
      },
    });
    return () => read();
  },
};

async function recipe(client: object): Promise<Recipe> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, '../../samples/angular/src/recipe.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2022',
    external: ['@angular/*', 'rxjs', 'openapi-batch/browser'],
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  const modules: Record<string, unknown> = {
    '@angular/core': angular,
    '@angular/core/rxjs-interop': angular,
    rxjs: await import('rxjs'),
    'openapi-batch/browser': {
      ...(await import('../../lib/browser/index.js')),
      RemoteBatchClient: function RemoteBatchClient() {
        return client;
      },
    },
  };
  const module = { exports: {} as { Batch: new () => Recipe } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the sample, with stand-ins for what it imports
  new Function('module', 'exports', 'require', outputFiles[0]!.text)(module, module.exports, (name: string) => modules[name]); // prettier-ignore
  return new module.exports.Batch();
}

describe("the README's recipe for Angular", () => {
  it('shows a refusal and starts again afterwards, twice', async () => {
    const refused = () => throwError(() => new Error('Not without permission'));
    const running$ = new Subject();
    const jobs = [refused(), refused(), running$, of(progressEvent({ seq: 2, ok: 1, total: 1 }))];
    const batch = await recipe({ connection$: NEVER, map: () => jobs.shift() });
    for (const round of [1, 2]) {
      batch.start();
      expect({ round, problem: batch.problem(), progress: batch.progress() }).toEqual({
        round,
        problem: 'Not without permission',
        progress: undefined,
      });
    }
    batch.start();
    expect(batch.problem()).toBe('');
    running$.error(new Error('The job was paused'));
    expect(batch.problem()).toBe('The job was paused');
    batch.start();
    expect(batch.progress()?.done).toBe(1);
  });
});
