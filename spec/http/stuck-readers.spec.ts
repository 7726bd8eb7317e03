import { connect, type Socket } from 'node:net';
import type { WireResult } from '../../lib/http/index.js';
import { localEcho } from '../../lib/index.js';
import { items, testServers } from './support/served';

const { clients, serve } = testServers();
const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** A job that is far larger than what sockets hold, on a server whose streams live half a second. */
async function largeJob() {
  const client = clients.open({ provider: localEcho({ answer: () => 'x'.repeat(20_000) }), concurrency: 500 });
  await client.map({ jobId: 'j', items: items(2_000) }).wait();
  const served = await serve({ client, maxStreamMs: 500 });
  const connections = () =>
    new Promise<number>((resolve) => served.server.getConnections((_, count) => resolve(count)));
  return { ...served, connections };
}

/** Sends a request, and reads nothing of the answer. */
function ask(url: string, path: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }).pause();
  sockets.push(socket);
  socket.on('error', () => undefined);
  return new Promise((resolve) =>
    socket.on('connect', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`);
      resolve(socket);
    }),
  );
}

const seconds = (n: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, n * 1_000));

describe('a reader that reads nothing', () => {
  it.each(['/jobs/j/events?after=0', '/jobs/j/results'])(
    'loses its socket when its time is over: %s',
    async (path) => {
      const { url, connections } = await largeJob();
      await ask(url, path);
      await seconds(0.3);
      expect(await connections()).toBe(1);
      await seconds(3);
      expect(await connections()).toBe(0);
    },
    20_000,
  );

  it.each(['', '?order=input'])(
    'loses its place, too; whoever was cut off a stream of results%s goes on behind the last line',
    async (query) => {
      const client = clients.open({ provider: localEcho({ answer: () => 'x'.repeat(2_000) }), concurrency: 500 });
      await client.map({ jobId: 'j', items: items(1_000) }).wait();
      const { handler } = await serve({ client, maxStreamMs: 300, maxStreamsPerPrincipal: 1 });
      const ask = (after: number) =>
        handler(new Request(`http://localhost/jobs/j/results${query}${query === '' ? '?' : '&'}after=${after}`));
      const told: string[] = [];
      let cursor = 0;
      let cuts = 0;
      for (let ended = false; !ended;) {
        const response = await ask(cursor);
        expect(response.status).toBe(200);
        const reader = response.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
        const lines = Buffer.from((await reader.read()).value ?? []).toString();
        for (const line of lines.split('\n').slice(0, -1)) {
          const result = JSON.parse(line) as WireResult;
          told.push(result.itemId);
          cursor = result.cursor;
        }
        expect((await ask(0)).status).toBe(429);
        if (told.length === 1_000) {
          await reader.cancel();
          ended = true;
        } else {
          await seconds(0.4);
          await expect(reader.read()).rejects.toThrow('the time of this stream is over');
          cuts++;
        }
      }
      expect(cuts).toBeGreaterThan(9);
      expect(told.toSorted()).toEqual(
        items(1_000)
          .map(({ itemId }) => itemId)
          .toSorted(),
      );
    },
    30_000,
  );
});
