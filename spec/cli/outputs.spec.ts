import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { checkOutput } from '../../lib/cli/output/check-output.js';
import { fileSink } from '../../lib/cli/output/file-sink.js';
import { followSink } from '../../lib/cli/output/follow-sink.js';
import { createLineSet } from '../../lib/cli/output/line-set.js';
import { streamSink } from '../../lib/cli/output/stream-sink.js';

describe('outputs', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outputs-'));
    file = join(folder, 'results.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  describe('fileSink', () => {
    it('shows nothing before the end, then everything', async () => {
      writeFileSync(file, 'old\n', { mode: 0o640 });
      chmodSync(file, 0o640);
      const sink = fileSink(file);
      for (let i = 0; i < 100_000; i++) await sink.write(`{"itemId":"${String(i)}"}`);
      expect(readFileSync(file, 'utf8')).toBe('old\n');
      await sink.commit();
      expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(100_001);
      expect(statSync(file).mode & 0o777).toBe(0o640);
      expect(readdirSync(folder)).toEqual(['results.jsonl']);
    });

    it('leaves nothing behind when given up, also twice', () => {
      const sink = fileSink(file);
      void sink.write('x');
      sink.discard();
      sink.discard();
      expect(readdirSync(folder)).toEqual([]);
    });

    it('writes to something that is no file', async () => {
      const sink = fileSink('/dev/null');
      await sink.write('x');
      await sink.commit();
      expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    });

    it('says that the disk is full', async () => {
      const sink = fileSink('/dev/full');
      await sink.write('x');
      await expect(sink.commit()).rejects.toMatchObject({
        message: 'cannot write /dev/full: no space left on the disk',
        exitCode: 3,
      });
    });
  });

  describe('followSink', () => {
    const appended = async (...lines: string[]): Promise<string> => {
      const sink = await followSink(file);
      for (const line of lines) await sink.write(line);
      await sink.commit();
      return readFileSync(file, 'utf8');
    };

    it('appends, and skips what is there', async () => {
      expect(await appended('a', 'b')).toBe('a\nb\n');
      expect(await appended('a', 'b', 'c')).toBe('a\nb\nc\n');
      expect(await appended('a', 'b2', 'c', 'd')).toBe('a\nb\nc\nb2\nd\n');
    });

    it.each([
      ['a\nb', 'a\nb\nc\n'],
      ['{"half', 'a\nb\nc\n'],
      [`a\nb\n${'x'.repeat(200_000)}`, 'a\nb\nc\n'],
      ['', 'a\nb\nc\n'],
    ])('repairs a cut-off end', async (found, repaired) => {
      writeFileSync(file, found);
      expect(await appended('a', 'b', 'c')).toBe(repaired);
    });

    it('can be tailed: lines are there a turn later', async () => {
      const sink = await followSink(file);
      void sink.write('a');
      await new Promise((resolve) => setImmediate(resolve));
      expect(readFileSync(file, 'utf8')).toBe('a\n');
      appendFileSync(file, '');
      sink.discard();
    });

    it('reports a full disk with the next line', async () => {
      const sink = await followSink('/dev/full');
      void sink.write('a');
      await new Promise((resolve) => setImmediate(resolve));
      expect(() => sink.write('b')).toThrow('cannot write /dev/full: no space left on the disk');
    });
  });

  describe('streamSink', () => {
    it('waits for a slow reader', async () => {
      const stream = new PassThrough({ highWaterMark: 10 });
      const sink = streamSink(stream);
      expect(sink.write('x')).toBeUndefined();
      const wait = sink.write('x'.repeat(20));
      expect(wait).toBeInstanceOf(Promise);
      let free = false;
      void wait?.then(() => (free = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(free).toBe(false);
      stream.resume();
      await wait;
      await sink.commit();
    });

    it.each(['EPIPE', 'EIO'])('tells a reader that left from a failure: %s', async (code) => {
      const stream = new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })),
      });
      const sink = streamSink(stream);
      void sink.write('x')?.catch(() => undefined);
      await expect(sink.commit()).rejects.toMatchObject({ name: code === 'EPIPE' ? 'ReaderGone' : 'Error' });
      expect(() => sink.write('y')).toThrow();
    });

    it('does not wait for ever for a reader that leaves', async () => {
      const stream = new Writable({ highWaterMark: 1, write: () => undefined });
      const wait = streamSink(stream).write('xxx');
      stream.destroy();
      await expect(wait).rejects.toMatchObject({ name: 'ReaderGone' });
    });
  });

  describe('checkOutput', () => {
    it('creates nothing, and follows links', () => {
      expect(checkOutput(file)).toBe(file);
      expect(readdirSync(folder)).toEqual([]);
      writeFileSync(join(folder, 'real'), '');
      symlinkSync(join(folder, 'real'), file);
      expect(checkOutput(file)).toBe(join(folder, 'real'));
      expect(checkOutput('/dev/null')).toBe('/dev/null');
    });

    it.each<[string, () => string, RegExp]>([
      ['a missing folder', () => join(folder, 'none', 'x'), /^cannot write .*: there is no such folder$/],
      ['a file as folder', () => join('/etc/hostname', 'x'), /: a part of the path is not a directory$/],
      ['a directory', () => folder, /: it is a directory, expected a file$/],
      ['a place nobody may write', () => '/proc/results.jsonl', /^cannot write \/proc/],
    ])('refuses %s', (_name, path, message) => expect(() => checkOutput(path())).toThrow(message));

    it('refuses to replace the input', () => {
      mkdirSync(join(folder, 'sub'));
      writeFileSync(file, '');
      symlinkSync(file, join(folder, 'link'));
      linkSync(file, join(folder, 'hard'));
      for (const name of ['link', 'hard'])
        expect(() => checkOutput(join(folder, name), [[file, 'input']])).toThrow(/it is the input$/);
      expect(existsSync(file)).toBe(true);
    });
  });

  it('a LineSet remembers many lines', () => {
    const set = createLineSet();
    for (let i = 0; i < 5_000; i++) set.add(`line ${String(i)}`);
    set.add('line 0');
    expect(set.size).toBe(5_000);
    for (let i = 0; i < 5_000; i++) if (!set.has(`line ${String(i)}`)) throw new Error(`lost line ${String(i)}`);
    expect(Array.from({ length: 5_000 }, (_, i) => set.has(`other ${String(i)}`)).filter(Boolean)).toEqual([]);
  });
});
