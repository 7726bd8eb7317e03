import { figure } from '../../harness/medians.js';
import type { Runner } from '../../harness/runner.js';
import { withUnit } from '../../harness/trial.js';
import type { LedgerFigures } from '../../programs/support/quota/ledger.js';
import type { Client } from './clients.js';
import type { Scenario } from './scenarios.js';

/** One client in one scenario. */
export interface Cell extends LedgerFigures {
  readonly scenario: Scenario;
  readonly client: Client;
  /** Items the client has no answer of. */
  readonly lost: number;
  readonly finishMs: number;
  readonly cpuUsPerItem: number;
  /** Admissions and refusals by seconds. */
  readonly timeline: string;
}

const concurrency = 64;
/** Mean of an answer. */
const latencyMs = 400;

/** A server of its own, full at the first request, and a process of the client. */
export function measureCell(run: Runner, scenario: Scenario, client: Client): Promise<Cell> {
  const { quota, items, tokens, block } = scenario;
  const server = { program: 'quota-server', options: { quota, latencyMs, stays: true } };
  return run.during(server, async (said) => {
    const port = figure(said, 'port');
    const options = { port, concurrency, items, tokens, block, ...client.told?.(scenario) };
    const measured = await run.once({ program: client.program, options });
    const ledger = await fetch(`http://127.0.0.1:${port}/ledger`);
    const { figures, timeline } = (await ledger.json()) as { figures: LedgerFigures; timeline: string };
    const lost = items - figure(measured, 'ok');
    const cpuUsPerItem = figure(measured, 'cpuUs') / items;
    return { ...figures, scenario, client, lost, finishMs: figure(measured, 'ms'), cpuUsPerItem, timeline };
  });
}

export function describeCell(cell: Cell): string {
  const { scenario, client, used, refused, lost, sentTwice, admittingMs, idealMs, finishMs, cpuUsPerItem } = cell;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return (
    `${scenario.name} ${client.name}: ${used.toFixed(3)} used, ${percent(cell.refusedShare)} refused (${refused}), ` +
    `${lost} lost, ${sentTwice} twice; admitting ${seconds(admittingMs)} s, ideal ${seconds(idealMs)} s, ` +
    `in all ${seconds(finishMs)} s; CPU ${withUnit(cpuUsPerItem, 'µs')} an item`
  );
}

export function percent(share: number): string {
  return `${withUnit(share * 100, '')}%`;
}
