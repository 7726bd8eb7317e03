import { map, NEVER, of } from 'rxjs';
import { RemoteBatchClient, type RemoteBatchClientOptions } from '../../lib/browser/index.js';
import { completeEvent } from '../../lib/testing/event-builders.js';
import { marbles } from '../support/marbles.js';
import { answer, json, message, scriptedTransport, stream } from './support/answers.js';

// Every wait is its longest.
const client = (transport: RemoteBatchClientOptions['transport']) =>
  new RemoteBatchClient({ baseURL: '/api/', transport, random: () => 1, backoffBaseMs: 100 });
const texts = { e: message(completeEvent({ seq: 4, ok: 3 })) };
const seqs = map(({ seq }: { readonly seq: number }) => seq);
const told = { e: 4 };

describe('a batch on its way to the server', () => {
  const states = { i: 'idle', c: 'connecting', o: 'open', w: 'waiting' };
  /** A job of so many characters or some more. */
  const large = (characters: number) => ({ jobId: 'job', items: [{ input: 'x'.repeat(characters) }] });

  it(
    'has time for its size: nothing is heard while it goes up and is read',
    marbles(({ cold, expectObservable, flush }) => {
      const transport = scriptedTransport(cold('600s a', { a: json({}, 201) }), of(stream(of(texts.e))));
      expectObservable(client(transport).map(large(6_000_000)).pipe(seqs)).toBe('600s (e|)', told);
      flush();
      expect(transport.requests).toHaveLength(2);
    }),
  );

  it(
    'is given up when it takes longer than that, and answers may come a piece at a time',
    marbles(({ cold, expectObservable }) => {
      const slow = cold('30s a|', { a: answer({ text$: cold('a 39s b|', { a: '{"info":', b: '{}}' }) }) });
      const transport = scriptedTransport(NEVER, NEVER, slow, of(stream(of(texts.e))));
      const job = client(transport).map(large(100));
      // Two silences of 40 s, and 13 ms for the characters; waits of 100 and 200 ms.
      expectObservable(job.pipe(seqs)).toBe('149328ms (e|)', told);
      expectObservable(job.connection$).toBe('c 40012ms w 99ms c 40012ms w 199ms c 69001ms (icoi)', states);
    }),
  );

  it(
    'is not sent for ever: large ones that break off again and again error the job',
    marbles(({ cold, expectObservable, flush }) => {
      const cut = cold<never>('60s #', undefined, new TypeError('Failed to fetch'));
      const away = cold<never>('#', undefined, new TypeError('Failed to fetch'));
      const transport = scriptedTransport(cut, cut, away, away, cut, cut, cut, cut);
      const remote = client(transport);
      const job = remote.map(large(2_000_000));
      const message = expect.stringMatching(/^The items \(2\.0 MB\) did not get through in 5 long tries;.*Failed to fetch$/) as string; // prettier-ignore
      // 100 + 200 + 400 + 800 + 1,600 + 3,200 ms of waits
      expectObservable(job).toBe('306300ms #', undefined, expect.objectContaining({ code: 'unreachable', message }));
      flush();
      expect(transport.requests).toHaveLength(7);
    }),
  );

  it(
    'is sent for as long as it takes while the server is away, and the state of the connection is right',
    marbles(({ cold, expectObservable }) => {
      const away = cold<never>('--#', undefined, new TypeError('Failed to fetch'));
      const up = cold('--a|', { a: json({}, 201) });
      const remote = client(scriptedTransport(away, away, up, of(stream(cold('-----e', texts)))));
      const job = remote.map(large(2_000_000));
      expectObservable(job.pipe(seqs)).toBe('311ms (e|)', told);
      expectObservable(job.connection$).toBe('c-w 99ms c-w 199ms c-(ico)i', states);
      expectObservable(remote.connection$).toBe('c-w 99ms c-w 199ms c-(ico)i', states);
    }),
  );
});
