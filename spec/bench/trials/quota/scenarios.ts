import type { QuotaOptions } from '../../programs/support/quota/quota.js';
import { sized } from '../../harness/scale.js';

export interface Scenario {
  /** The word it is chosen by. */
  readonly name: string;
  readonly title: string;
  readonly quota: QuotaOptions;
  readonly items: number;
  /** Tokens each item is charged, from and to. */
  readonly tokens?: readonly [number, number];
  /** Lower and upper half of that range in turn, so many items at a time. */
  readonly block?: number;
  /** Share of the quota the library uses at least, and of its requests that are refused at most; both 0 to 1. */
  readonly target: { readonly used: number; readonly refused: number };
  /** Milliseconds in which the limit is to be found, where nothing tells of it. */
  readonly foundWithinMs?: number;
  /** Run by the peers too; the others show what the library does where nobody else goes. */
  readonly peers?: true;
  /** Part of a run at a smaller scale. */
  readonly short?: true;
}

/** Stands for a provider's minute. */
export const windowMs = 10_000;

const requests = { windowMs, requests: 600 };
const tokens = { windowMs, tokens: 440_000 };
const exact = { used: 0.98, refused: 0.005 };
const strict = { used: 0.98, refused: 0.01 };
const blind = { used: 0.9, refused: 0.03 };

export const scenarios: readonly Scenario[] = [
  {
    ...{ name: 'requests', title: 'requests per window', peers: true, short: true },
    ...{ quota: requests, items: sized(1_500, 1_200), target: exact },
  },
  {
    ...{ name: 'tenth', title: 'enforced per tenth', peers: true, short: true },
    ...{ quota: { ...requests, parts: 10 }, items: sized(1_000, 400), target: strict },
  },
  {
    ...{ name: 'tokens', title: 'tokens', peers: true, short: true },
    ...{ quota: tokens, items: sized(500, 350), tokens: [100, 4_000], target: exact },
  },
  {
    ...{ name: 'shared', title: '40% taken by others', peers: true },
    ...{ quota: { ...requests, othersShare: 0.4 }, items: sized(1_100, 800), target: strict },
  },
  {
    ...{ name: 'charged', title: '429s count too', peers: true },
    ...{ quota: { ...requests, chargeRefused: true }, items: sized(1_500, 1_200), target: exact },
  },
  {
    ...{ name: 'both', title: 'requests and tokens' },
    ...{ quota: { ...requests, ...tokens }, items: sized(1_200, 900), tokens: [100, 1_400], block: 150, target: exact },
  },
  {
    ...{ name: 'halved', title: 'halved in mid-run' },
    ...{ quota: { ...requests, changes: [{ afterMs: 8_000, factor: 0.5 }] }, items: sized(1_500, 1_300) },
    target: { used: 0.98, refused: 0.02 },
  },
  {
    ...{ name: 'doubled', title: 'doubled in mid-run' },
    ...{ quota: { ...requests, changes: [{ afterMs: 8_000, factor: 2 }] }, items: sized(2_300, 1_700), target: exact },
  },
  {
    ...{ name: 'late', title: 'headers of the time of the answer' },
    ...{ quota: { ...requests, lateHeaders: true }, items: sized(1_500, 1_200), target: exact },
  },
  {
    ...{ name: 'blind', title: 'no headers', peers: true, short: true },
    ...{ quota: { ...requests, headers: false }, items: sized(5_000, 1_500), target: blind, foundWithinMs: 60_000 },
  },
  {
    ...{ name: 'blind-tokens', title: 'no headers, tokens' },
    ...{ quota: { ...tokens, headers: false }, items: sized(1_800, 600), tokens: [100, 4_000], target: blind },
  },
  {
    ...{ name: 'blind-halved', title: 'no headers, halved in mid-run' },
    quota: { ...requests, headers: false, changes: [{ afterMs: 40_000, factor: 0.5 }] },
    ...{ items: sized(4_200, 3_600), target: { used: 0.9, refused: 0.02 } },
  },
];
