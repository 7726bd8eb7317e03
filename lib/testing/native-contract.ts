import { from } from 'rxjs';
import { messageOf } from '../core/errors.js';
import type { NativeCallName, NativeSubject } from './native-bench.js';
import { Bench, PullMeter, collect, context, created, leaks, marker, until } from './native-bench.js';
import type { ContractFramework } from './provider-contract.js';

const calls: readonly NativeCallName[] = ['submit', 'poll', 'find', 'results', 'cancel'];
const final: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/**
 * What the engine relies on in a provider's native batches, as tests: run it on a provider of your own.
 *
 * ```ts
 * describeNative('mine', () => ({ provider: mine(), item, finish: () => server.finish() }), { describe, it, expect });
 * ```
 */
export function describeNative(
  name: string,
  setup: () => NativeSubject | Promise<NativeSubject>,
  { describe, it, expect }: ContractFramework,
): void {
  const examine = (title: string, test: (bench: Bench) => Promise<void>): void => {
    it(title, async () => {
      const subject = await setup();
      try {
        await test(new Bench(subject));
      } finally {
        await subject.provider.close?.();
        await subject.close?.();
      }
    });
  };

  describe(`${name} in native batches`, () => {
    examine('makes one line of each item', async ({ native, subject }) => {
      const line = native.line(subject.item(1), 'i1');
      expect(line.text.includes('\n')).toBe(false);
      expect(JSON.stringify(JSON.parse(line.text)).includes('"i1"')).toBe(true);
      expect(line.model !== '' && line.tokens >= 1 && line.inputs >= 1).toBe(true);
      expect(native.line(subject.item(1), 'i1')).toEqual(line);
      await Promise.resolve();
    });

    examine('brings every answer back under its key', async (bench) => {
      const steps = await bench.submit(5);
      expect(steps.map(({ step }) => step)).toEqual(['uploaded', 'created']);
      const { batchId } = created(steps);
      expect(final.has((await bench.poll(batchId)).status)).toBe(false);
      await bench.subject.finish();
      const batch = await bench.poll(batchId);
      expect(batch.status).toBe('completed');
      const results = await bench.results(batch);
      expect(results.map(({ key }) => key).sort()).toEqual(bench.keys(5));
      expect(results.every(({ kind }) => kind === 'ok')).toBe(true);
    });

    examine('does nothing before it is subscribed to, and all of it again for each', async (bench) => {
      const { native, subject } = bench;
      const { batchId } = created(await bench.submit(1));
      const before = subject.calls?.() ?? 0;
      const poll$ = from(native.poll(batchId, context()));
      expect(subject.calls?.() ?? 0).toBe(before);
      await collect(poll$);
      await collect(poll$);
      expect((subject.calls?.() ?? before + 2) - before).toBe(2);
    });

    examine('creates from a file that is there', async (bench) => {
      const first = await bench.submit(2);
      const [uploaded] = first;
      if (uploaded?.step !== 'uploaded') throw new Error('the first step was no upload');
      const second = await bench.submit(2, { fileId: uploaded.fileId });
      expect(second.map(({ step }) => step)).toEqual(['created']);
      expect(created(second).inputFileId).toBe(uploaded.fileId);
    });

    examine('finds the batches of a run by their marker, whatever their number', async (bench) => {
      const ids: string[] = [];
      for (let shard = 1; shard <= 3; shard++) ids.push(created(await bench.submit(1, {}, { shard })).batchId);
      await bench.submit(1, {}, { run: 'another' });
      const found = await bench.find();
      expect(found.map(({ batchId }) => batchId).sort()).toEqual(ids.sort());
      expect(found.map(({ marker }) => marker?.shard).sort()).toEqual([1, 2, 3]);
      expect(found[0]?.marker).toEqual({ ...marker, shard: found[0]?.marker?.shard });
    });

    examine('goes on at any page of the results', async (bench) => {
      const { batchId } = created(await bench.submit(600));
      await bench.subject.finish();
      const [output = ''] = (await bench.poll(batchId)).outputs;
      const pages = (await collect(bench.native.results(output, 0, context()))).values;
      expect(pages.length > 1).toBe(true);
      for (const [index, { offset }] of pages.entries()) {
        const rest = (await collect(bench.native.results(output, offset, context()))).values;
        const results = rest.flatMap((page) => page.results);
        expect(results).toEqual(pages.slice(index + 1).flatMap((page) => page.results));
      }
    });

    examine('keeps what was answered before a cancel', async (bench) => {
      const { subject, native } = bench;
      if (subject.halfway === undefined) return;
      const { batchId } = created(await bench.submit(20));
      await subject.halfway();
      const { values } = await collect(native.cancel(batchId, context()));
      expect(values.map((batch) => batch.batchId)).toEqual([batchId]);
      await subject.finish();
      const batch = await bench.poll(batchId);
      expect(batch.status).toBe('cancelled');
      const answered = (await bench.results(batch)).filter(({ kind }) => kind === 'ok');
      if (subject.keepsCancelled === true) expect(answered.length > 0 && answered.length < 20).toBe(true);
    });

    examine('takes a cancel that comes too late for no error', async (bench) => {
      const { batchId } = created(await bench.submit(1));
      await bench.subject.finish();
      const { values, error } = await collect(bench.native.cancel(batchId, context()));
      expect(error).toBe(undefined);
      expect(values[0]?.status).toBe('completed');
    });

    examine('does not know whether a create whose answer is lost took place, and finds that it did', async (bench) => {
      const { subject, native } = bench;
      if (subject.loseCreate === undefined) return;
      subject.loseCreate();
      const { values, error } = await collect(native.submit(bench.submission(2), context()));
      expect(values.map(({ step }) => step)).toEqual(['uploaded']);
      expect(native.classify(error, 'submit').kind).toBe('ambiguous');
      expect((await bench.find()).map((batch) => batch.marker)).toEqual([marker]);
    });

    for (const call of calls) {
      examine(`breaks off ${call} down to the socket`, async (bench) => {
        const { subject, native } = bench;
        if (subject.hang === undefined || subject.open === undefined) return;
        const { batchId } = created(await bench.submit(300));
        if (call === 'results') await subject.finish();
        const [output = ''] = (await bench.poll(batchId)).outputs;
        const open = (): number => subject.open?.() ?? 0;
        subject.hang(call);
        for (const abort of [false, true]) {
          const controller = new AbortController();
          const subscription = bench
            .call(call, batchId, output, { signal: controller.signal })
            .subscribe({ error: () => undefined });
          await until(() => open() === 1);
          if (abort) controller.abort();
          else subscription.unsubscribe();
          await until(() => open() === 0);
        }
        expect(typeof native.classify(new DOMException('x', 'AbortError'), call).kind).toBe('string');
      });
    }

    examine('asks for a shard’s lines as fast as they are sent, not all at once', async (bench) => {
      const count = 50_000;
      const line = `${bench.native.line(bench.subject.item(1), 'i1').text}\n`;
      const page = line.replace('"i1"', `"i1${' '.repeat(1_000)}"`).repeat(250);
      const pulled = new PullMeter();
      const bytes = (Buffer.byteLength(page) * count) / 250;
      const lines = (): Iterable<string> => pulled.watch(page, count / 250);
      const { values } = await collect(
        bench.native.submit({ ...bench.submission(1), bytes, requests: count, lines }, context()),
      );
      pulled.stop();
      expect(values[0]?.step).toBe('uploaded');
      expect(pulled.pages).toBe(count / 250);
      // Two slices of eight megabytes at most, of more than fifty.
      expect(bytes > 50_000_000 && pulled.mostBytesInOneTurn <= 17_000_000).toBe(true);
    });

    examine('deletes files, and does not mind those that are gone', async (bench) => {
      const [uploaded] = await bench.submit(1);
      const fileId = uploaded?.step === 'uploaded' ? uploaded.fileId : '';
      const { error } = await collect(bench.native.cleanUp(['files/none', fileId, fileId], context()));
      expect(error).toBe(undefined);
      const again = await collect(bench.native.submit({ ...bench.submission(1), fileId }, context()));
      expect(bench.native.classify(again.error, 'submit').kind).toBe('gone');
    });

    examine('says of a batch that is not there that it is gone', async (bench) => {
      const { error } = await collect(bench.native.poll('batches/none', context()));
      expect(bench.native.classify(error, 'poll').kind).toBe('gone');
    });

    examine('has any error judged, without a secret', async (bench) => {
      const { subject, native } = bench;
      const { secrets = [] } = subject;
      const errors: unknown[] = [undefined, null, 'text', new Error('x'), { status: 503 }, { status: 429 }];
      errors.push(new Error(`it said ${secrets.join(' ')}`));
      for (const error of errors) {
        for (const call of calls) expect(leaks(native.classify(error, call), secrets)).toEqual([]);
      }
      const { batchId } = created(await bench.submit(1));
      await subject.finish();
      const [output = ''] = (await bench.poll(batchId)).outputs;
      subject.spill?.();
      for (const call of calls) {
        const { error } = await collect(bench.call(call, batchId, output, context()));
        expect(subject.spill === undefined || error !== undefined).toBe(true);
        expect(leaks(native.classify(error, call), secrets)).toEqual([]);
        // Which call it was is in the message of a submission's error, so that one is ours.
        if (call === 'submit') expect(leaks(messageOf(error), secrets)).toEqual([]);
      }
    });

    examine('says whether it is sensible, and why', async ({ native }) => {
      expect(typeof native.auto.sensible).toBe('boolean');
      expect(native.auto.reason !== '').toBe(true);
      await Promise.resolve();
    });
  });
}
