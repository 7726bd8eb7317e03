import { figure } from '../harness/medians.js';
import { havePeers, peersFolder } from '../harness/install-peers.js';
import type { Runner } from '../harness/runner.js';
import { sized } from '../harness/scale.js';
import { compare, type Row, type Trial } from '../harness/trial.js';

interface Load {
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly rounds: number;
  /** Of the SDK's CPU. */
  readonly atMost: number;
}

const loads: readonly Load[] = [
  { concurrency: 64, latencyMs: 0, rounds: 150, atMost: 0.5 },
  { concurrency: 256, latencyMs: 200, rounds: 40, atMost: 0.6 },
];

/**
 * Requests over loopback HTTP, durable, to the SDK with p-map; beside it what else is written by hand, and what the
 * transport alone costs.
 */
export const http: Trial = {
  name: 'http',
  about: 'requests to a server on this machine',
  async rows(run) {
    const rows: Row[] = [];
    const peers = (await havePeers()) ? { 'LangChain .batch()': 'http-langchain' } : {};
    for (const load of loads) rows.push(...(await underLoad(run, load, { ...peers, 'undici alone': 'http-undici' })));
    return rows;
  },
};

async function underLoad(
  run: Runner,
  { concurrency, latencyMs, rounds, atMost }: Load,
  others: Readonly<Record<string, string>>,
): Promise<readonly Row[]> {
  const requests = concurrency * sized(rounds, 15);
  // Cold code and new connections: the first seconds of a process say nothing about the rest.
  const warmUp = concurrency * sized(Math.round(rounds / 3), 8);
  const server = { program: 'http-server', options: { latencyMs, stays: true } };
  const measured = await run.during(server, (said) => {
    const options = { port: figure(said, 'port'), concurrency, warmUp, requests, peers: peersFolder };
    const runs = Object.entries({ library: 'http-library', peer: 'http-map', ...others });
    return run.interleaved(Object.fromEntries(runs.map(([name, program]) => [name, { program, options }])));
  });
  const of = (name: string, scale = 1) => {
    const {
      library = NaN,
      peer = NaN,
      ...beside
    } = Object.fromEntries(
      Object.entries(measured).map(([client, figures]) => [client, figure(figures, name) / scale]),
    );
    return { library, peer, beside };
  };
  const what = `http, ${concurrency} x ${latencyMs} ms`;
  const cpu = compare(`${what}: CPU a request, to SDK + p-map`, { ...of('cpuUs'), unit: 'µs', target: { atMost } });
  if (latencyMs === 0)
    return [cpu, compare(`${what}: requests a second`, { ...of('perSecond'), unit: '/s', target: { atLeast: 1 } })];
  const share = of('perSecond', (concurrency * 1000) / latencyMs);
  return [cpu, compare(`${what}: share of concurrency / latency`, { ...share, unit: '', target: { atLeast: 1 } })];
}
