import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSample } from './run-sample.js';

const folder = join(__dirname, '../../samples');

/** Every sample with what it prints; numbers that differ from run to run are put as `N`. */
const samples: readonly {
  readonly name: string;
  readonly args?: readonly string[];
  readonly prints: readonly string[];
}[] = [
  {
    name: 'quick-start.ts',
    prints: [
      'submitted: job-ID',
      'a -> Return OK',
      'b -> Return YES',
      'c -> A bare string is a prompt too',
      'd -> {"messages":[{"role":"user","content":"Or the body of the provider"}]}',
      'completed 4 of 4 ok',
    ],
  },
  {
    name: 'blocking.ts',
    prints: [
      '3 ok, 2 failed',
      'london: A sight of london',
      'paris: A sight of paris',
      'atlantis: invalid_request, no such city',
      'tokyo: A sight of tokyo',
      'el-dorado: invalid_request, no such city',
    ],
  },
  {
    name: 'thread-callbacks.ts',
    prints: [
      '24 answers, 24 fingerprints',
      'main thread used: no; threads used: N of at most 4',
      'last line: {"complete":"fingerprints"}',
    ],
  },
  {
    name: 'resume-after-crash.ts',
    prints: [
      'first start',
      '  killed with SIGKILL, N of 150 answers stored',
      'second start',
      '  completed: 150 ok',
      'answers stored: 150 of 150',
      'stored answers paid for again: 0',
      'lost in flight and paid for again: N, at most 20',
    ],
  },
  {
    name: 'million-rows.ts',
    args: ['3000'],
    prints: ['input: 3,000 rows, 1 MB', 'completed: 3,000 of 3,000 ok', 'output: 1 MB; peak resident memory: N MB'],
  },
  {
    name: 'custom-provider.ts',
    prints: [
      'cat -> chat (attempts: 1)',
      'dog -> chien (attempts: 1)',
      'horse -> cheval (attempts: 2)',
      'jabberwock -> invalid_request: unknown word: jabberwock (attempts: 1)',
      'bird -> oiseau (attempts: 1)',
    ],
  },
  {
    name: 'map-batch.ts',
    prints: [
      'of ten answers 5 are warm',
      'of ten answers 5 are warm',
      'of ten answers 5 are warm',
      'the second time: 30 answers, 30 requests in all',
    ],
  },
  {
    name: 'operators.ts',
    prints: ['40 answers to 49 requests', 'at least 390 ms, as the limit wants it: yes'],
  },
];

const withoutChance = (text: string): string =>
  text
    .replaceAll(/job-[0-9a-f-]{36}/g, 'job-ID')
    .replaceAll(/threads used: \d/g, 'threads used: N')
    .replaceAll(/SIGKILL, \d+ of/g, 'SIGKILL, N of')
    .replaceAll(/paid for again: \d+, at most/g, 'paid for again: N, at most')
    .replaceAll(/peak resident memory: \d+ MB/g, 'peak resident memory: N MB');

describe('samples', () => {
  it.each(samples)(
    '$name',
    async ({ name, args = [], prints }) => {
      const { code, stdout, stderr } = await runSample(name, args);
      expect({ code, stderr: name === 'million-rows.ts' ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(withoutChance(stdout).trimEnd().split('\n')).toEqual(prints);
      // What was in flight at a kill, or answered and not yet stored.
      const repeats = /paid for again: (\d+), at most (\d+)/.exec(stdout);
      if (repeats !== null) expect(Number(repeats[1])).toBeLessThanOrEqual(Number(repeats[2]));
    },
    120_000,
  );

  it('are all run by a spec, and listed in their README', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const known = [...samples.map(({ name }) => name), 'main-job.ts'];
    expect(files.sort()).toEqual(known.sort());
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(known.filter((file) => !index.includes(`(${file})`))).toEqual([]);
  });
});
