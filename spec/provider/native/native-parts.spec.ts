import { Observable, from, lastValueFrom, toArray } from 'rxjs';
import { readCountedKey, toCountedKey } from '../../../lib/provider/native/counted-key';
import { nativeCall } from '../../../lib/provider/native/native-call';
import { jsonTokens, promptTokens } from '../../../lib/provider/native/prompt-tokens';
import { linePages } from '../../../lib/provider/native/result-lines';

describe('lines of a result file', () => {
  async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
  }
  const pagesOf = async (bytes: Buffer, size: number, start = 0, skip = 0, longest?: number) => {
    const pages = [];
    for await (const page of linePages(chunksOf(bytes, size), start, skip, longest)) pages.push(page);
    return pages;
  };

  it.each([1, 2, 3, 7, 1_000])('come whole from chunks of %d bytes', async (size) => {
    const bytes = Buffer.from('\uFEFFgrüße 🙂\r\n\n\nzwei\n   \ndrei');
    const pages = await pagesOf(bytes, size);
    expect(pages).toEqual([{ lines: ['grüße 🙂', 'zwei', 'drei'], first: 0, offset: bytes.length }]);
  });

  it('come in pages of 256, or of half a megabyte, each with its place', async () => {
    const short = Buffer.from('abc\n'.repeat(600));
    expect((await pagesOf(short, 100)).map(({ lines, first, offset }) => [lines.length, first, offset])).toEqual([
      [256, 0, 1_024],
      [256, 256, 2_048],
      [88, 512, 2_400],
    ]);
    const long = Buffer.from(`${'x'.repeat(400_000)}\n`.repeat(5));
    expect((await pagesOf(long, 65_536)).map(({ lines }) => lines.length)).toEqual([2, 2, 1]);
    expect(await pagesOf(Buffer.alloc(0), 10)).toEqual([]);
    expect(await pagesOf(Buffer.from('\n\n'), 10)).toEqual([]);
  });

  it('are the same from any page on, with signs of life on the way', async () => {
    const bytes = Buffer.from(`${'y'.repeat(20_000)}\n`.repeat(600));
    const pages = await pagesOf(bytes, 65_536);
    const { offset } = pages[19]!;
    const rest = await pagesOf(bytes, 65_536, offset, offset);
    expect(rest.filter(({ lines }) => lines.length === 0).map((page) => page.offset)).toEqual([offset, offset]);
    const wanted = rest.filter(({ lines }) => lines.length > 0);
    expect(wanted.map((page) => page.offset)).toEqual(pages.slice(20).map((page) => page.offset));
  });

  it.each([1_000, 65_537, 700_000, 5_000_000])(
    'above the longest are only begun, from chunks of %d bytes',
    async (size) => {
      const text = `{"n":1}\n{"n":2}\n${'ä'.repeat(300_001)}\n{"n":4}`;
      const pages = await pagesOf(Buffer.from(text), size, 0, 0, 600_000);
      expect(pages).toEqual([
        { lines: ['{"n":1}', '{"n":2}'], first: 0, offset: 16 },
        { lines: [`${'ä'.repeat(250)}…`], first: 2, offset: 600_019 },
        { lines: ['{"n":4}'], first: 3, offset: 600_026 },
      ]);
      expect(await pagesOf(Buffer.from(text), size, 0, 0, 600_002)).toHaveLength(2);
    },
  );

  it('above the longest are not held, what came before them is there, and there are signs of life', async () => {
    let given = 0;
    const spaces = Buffer.alloc(1_000_000, ' ');
    async function* file(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"n":1}\n');
      for (; given < 120; given++) yield spaces;
      yield Buffer.from('\n{"n":3}\n');
    }
    const seen: [readonly string[], number][] = [];
    let most = 0;
    const { arrayBuffers } = process.memoryUsage();
    for await (const { lines } of linePages(file(), 0, 0, 20_000_000)) {
      seen.push([lines, given]);
      most = Math.max(most, process.memoryUsage().arrayBuffers - arrayBuffers);
    }
    expect(seen[0]).toEqual([['{"n":1}'], 20]);
    expect(seen.slice(1, -2).every(([lines]) => lines.length === 0)).toBe(true);
    expect(seen.slice(1, -2)).toHaveLength(25);
    expect(seen.slice(-2).map(([lines]) => lines)).toEqual([['…'], ['{"n":3}']]);
    expect(most).toBeLessThan(10_000_000);
  });

  it('of a file without an end come to one', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"n":1}\n');
      for (;;) yield Buffer.alloc(1_000, ++given && 'x');
    }
    const pages = [];
    for await (const page of linePages(endless(), 0, 0, 10_000)) pages.push(page.lines);
    expect(pages).toEqual([['{"n":1}'], [`${'x'.repeat(500)}…`]]);
    expect(given).toBe(81);
  });
});

describe('a native call', () => {
  const never = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

  it('runs once for each subscription, and tears down what it began', async () => {
    const log: string[] = [];
    const call$ = nativeCall(new AbortController().signal, async function* (signal) {
      log.push('begin');
      try {
        yield 1;
        await never(signal);
      } finally {
        log.push('end');
      }
    });
    expect(log).toEqual([]);
    for (let n = 0; n < 2; n++) {
      await new Promise<void>((resolve) => {
        const subscription = call$.subscribe(() => {
          setTimeout(() => {
            subscription.unsubscribe();
            setTimeout(resolve, 5);
          }, 1);
        });
      });
    }
    expect(log).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('tears down what was given up between two values, and asks for none', async () => {
    const log: string[] = [];
    const call$ = nativeCall(new AbortController().signal, async function* () {
      try {
        yield 1;
        log.push('asked');
        yield 2;
      } finally {
        log.push('end');
      }
    });
    const subscription = call$.subscribe(() => queueMicrotask(() => subscription.unsubscribe()));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(['end']);
  });

  it('errors with the reason of an abort from outside, also of one that came before', async () => {
    const controller = new AbortController();
    const call$ = nativeCall(controller.signal, async function* (signal) {
      yield await never(signal);
    });
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(lastValueFrom(call$)).rejects.toThrow('enough');
    await expect(lastValueFrom(call$)).rejects.toThrow('enough');
  });

  it('is held back by a consumer that works synchronously', async () => {
    let made = 0;
    let taken = 0;
    const call$ = nativeCall(new AbortController().signal, async function* () {
      for (; made < 5; made++) yield made;
    });
    await new Promise<void>((resolve) => {
      call$.subscribe({
        next: () => expect(made).toBe(taken++),
        complete: resolve,
      });
    });
    expect(await lastValueFrom(from(new Observable<number>((s) => s.complete())).pipe(toArray()))).toEqual([]);
  });
});

describe('a counted key', () => {
  it.each([
    ['i1', undefined, 'i1'],
    ['i1', 3, 'i1_n3'],
    ['i1_n3', undefined, 'i1_n3_n0'],
    ['i1_n3', 1, 'i1_n3_n1'],
  ])('%s with %s inputs is %s, and back', (key, inputs, id) => {
    expect(toCountedKey({ key, inputs })).toBe(id);
    expect(readCountedKey(id)).toEqual({ key, inputs });
  });
});

describe('prompt tokens', () => {
  it.each([
    [['abcdef'], 2],
    [[[{ role: 'user', content: 'abcdef' }]], 2],
    [['日本語'], 3],
    [[[1, 2, 3, 4]], 4],
    [[[{ type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(9_999)}` } }]], 1_000],
    [[[{ parts: [{ inlineData: { mimeType: 'image/png', data: 'A'.repeat(9_999) } }] }]], 1_000],
    [[undefined], 1],
  ])('of %j are %d', (parts, tokens) => {
    expect(promptTokens(...parts)).toBe(tokens);
  });

  it('of a schema are those of its JSON', () => {
    expect(jsonTokens({ a: 1 })).toBe(3);
    expect(jsonTokens(undefined)).toBe(0);
  });
});
