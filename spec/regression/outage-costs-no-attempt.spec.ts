import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { filter, take } from 'rxjs';
import { openaiFaults } from '../../lib/testing/index.js';
import { items, tell } from '../support/clients.js';
import { bench, expectPaidOnce } from './support/native-job.js';

/** A wire to a server that can be cut: connections are refused then, as without a network. */
class Wire {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(private readonly target: string) {}

  async up(): Promise<void> {
    const { hostname, port } = new URL(this.target);
    this.#server = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  down(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

// A network that was away longer than the retries of an item last burnt every item it met.
describe('an outage', () => {
  const { openai, client } = bench();
  const wires: Wire[] = [];
  afterEach(() => wires.splice(0).forEach((wire) => wire.down()));

  async function wired(url: string): Promise<Wire> {
    const wire = new Wire(url);
    wires.push(wire);
    await wire.up();
    return wire;
  }

  it('of the network costs no item: requests wait, one asks, and all go on when it is back', async () => {
    const server = await openai({ latencyMs: 20 });
    const wire = await wired(server.url);
    const baseURL = server.url.replace(/:\d+/, `:${wire.port}`);
    const options = { concurrency: 8, maxAttempts: 2, backoffBaseMs: 1, backoffMaxMs: 4 } as const;
    const job = client({ ...options, baseURL }).map({ mode: 'emulated', items: items(60), jobId: 'job' });
    const outage: number[] = [];
    job.pipe(filter(({ type }) => type === 'item'), take(10)).subscribe({
      complete: () => {
        wire.down();
        setTimeout(() => void wire.up(), 1_500);
      },
    }); // prettier-ignore
    job.subscribe(({ type, ...event }) => {
      if (type === 'progress' && 'progress' in event && event.progress.pacing.outage) outage.push(event.progress.done);
    });
    const { error } = await tell(job);
    expect(error).toBeUndefined();
    expect(await job.info()).toMatchObject({ status: 'completed', ok: 60, failed: 0 });
    expect(outage.length).toBeGreaterThan(0);
    const results = await job.resultsDict();
    // One attempt in flight may break; those that never left are none.
    expect(Math.max(...Object.values(results).map(({ attempts }) => attempts))).toBeLessThanOrEqual(2);
  });

  it('of the provider (500 for all) costs no item either', async () => {
    let away = false;
    const server = await openai({ faults: [{ fault: openaiFaults.serverError(), requests: () => away }] });
    const options = { concurrency: 8, maxAttempts: 3, backoffBaseMs: 300, backoffMaxMs: 600 } as const;
    const job = client(options).map({ mode: 'emulated', items: items(120), jobId: 'job' });
    job.pipe(filter(({ type }) => type === 'item'), take(10)).subscribe({
      complete: () => {
        away = true;
        setTimeout(() => (away = false), 1_000);
      },
    }); // prettier-ignore
    await tell(job);
    expect(await job.info()).toMatchObject({ status: 'completed', ok: 120, failed: 0 });
    expectPaidOnce(server);
  });

  it('from the start, with the wrong port, stops the job with the reason, and nothing is failed', async () => {
    const server = await openai();
    const wire = await wired(server.url);
    wire.down();
    const options = { maxStallMs: 400, backoffBaseMs: 1, backoffMaxMs: 4 } as const;
    const dead = client({ ...options, baseURL: `http://127.0.0.1:${wire.port}/v1` });
    const { error } = await tell(dead.map({ mode: 'emulated', items: items(5), jobId: 'job' }));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/base URL.*ECONNREFUSED/) });
    expect(await dead.job('job').info()).toMatchObject({ status: 'paused', failed: 0, pending: 5 });
    await dead.close();
    expect((await tell(client(options).resume('job'))).error).toBeUndefined();
    expectPaidOnce(server);
  });
});
