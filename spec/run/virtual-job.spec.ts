import { filter, map, type Observable } from 'rxjs';
import { BatchClient, mapBatch, type BatchClientOptions, type BatchEvent } from '../../lib/index.js';
import { scriptedProvider, type Script } from '../../lib/testing/index.js';
import { marbles } from '../support/marbles.js';

const clients: BatchClient[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

function open(script: Script, options: BatchClientOptions = {}): BatchClient {
  const client = new BatchClient({ provider: scriptedProvider(script), db: ':memory:', ...options });
  clients.push(client);
  return client;
}

const input = (itemId: string) => ({ itemId, input: itemId });

/** Ids of the results, and `c` for the end. */
const told = (job: Observable<BatchEvent>): Observable<string> =>
  job.pipe(filter(({ type }) => type !== 'progress'), map((event) => (event.type === 'item' ? event.itemId : 'c'))); // prettier-ignore

describe('a whole job in virtual time', () => {
  it(
    'tells every result in its place, one request at a time and slower than its progress',
    marbles(({ cold, expectObservable, flush }) => {
      const client = open(() => cold('- 999ms (o|)'), { concurrency: 1 });
      const job = client.map({ items: ['x', 'y', 'z'].map(input) });
      const seqs: number[] = [];
      job.subscribe(({ seq }) => seqs.push(seq));
      expectObservable(told(job)).toBe('1s x 999ms y 999ms (zc|)');
      flush();
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    }),
  );

  it(
    'ends with its input, where that ends after the last answer',
    marbles(({ cold, expectObservable }) => {
      const client = open(() => 'at once');
      const source = cold('-x--y-----|', { x: input('x'), y: input('y') });
      expectObservable(told(source.pipe(mapBatch(client)))).toBe('-x--y-----(c|)');
    }),
  );

  it(
    'ends with its last answer, where that comes after the input',
    marbles(({ cold, expectObservable }) => {
      const client = open(() => cold('-----(o|)'));
      const source = cold('-x--y-|', { x: input('x'), y: input('y') });
      expectObservable(told(source.pipe(mapBatch(client)))).toBe('------x--(yc|)');
    }),
  );
});
