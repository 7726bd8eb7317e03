import { installPeers, peersFolder } from '../../harness/install-peers.js';
import type { Scenario } from './scenarios.js';
import { windowMs } from './scenarios.js';

export interface Client {
  /** The word it is chosen by. */
  readonly name: string;
  readonly title: string;
  readonly program: string;
  /** Made ready first; where that fails, the others are measured without it. */
  prepare?(): Promise<void>;
  /** Part of a run at a smaller scale. */
  readonly short?: true;
  /** What this client alone is told. */
  told?(scenario: Scenario): Readonly<Record<string, unknown>>;
}

export const clients: readonly Client[] = [
  { name: 'library', title: 'openapi-batch', program: 'quota-library', short: true },
  { name: 'pmap', title: 'openai SDK + p-map', program: 'quota-map', short: true },
  {
    ...{ name: 'langchain', title: 'LangChain .batch()', program: 'quota-langchain' },
    prepare: installPeers,
    told: () => ({ peers: peersFolder }),
  },
  {
    ...{ name: 'pqueue', title: 'p-queue, limit set by hand', program: 'quota-queue' },
    told: (scenario) => ({ windowMs, intervalCap: handSetCap(scenario) }),
  },
];

/** A queue counts requests: of a limit on tokens one makes so many average ones. */
function handSetCap({ quota, tokens: [from, to] = [0, 0] }: Scenario): number {
  const byTokens = quota.tokens === undefined ? Infinity : Math.floor(quota.tokens / ((from + to) / 2));
  return Math.min(quota.requests ?? Infinity, byTokens);
}
