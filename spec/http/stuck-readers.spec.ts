import { connect, type Socket } from 'node:net';
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

  it('keeps it while it reads at all, for as long as the results last', async () => {
    const { url } = await largeJob();
    const socket = await ask(url, '/jobs/j/results');
    let text = '';
    let taken = 0;
    let rests = 0;
    const take = (chunk: string): void => {
      text = (text + chunk).slice(-100);
      taken += chunk.length;
      if (taken < rests * 4_000_000) return;
      rests++;
      socket.pause();
      setTimeout(() => socket.resume(), 200);
    };
    socket.setEncoding('latin1').on('data', take).resume();
    await new Promise((resolve) => socket.on('close', resolve).on('end', resolve));
    expect(rests).toBeGreaterThan(9);
    // The last chunk: nothing was cut off.
    expect(text.endsWith('0\r\n\r\n')).toBe(true);
  }, 30_000);
});
