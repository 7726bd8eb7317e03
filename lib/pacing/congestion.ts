import type { LimitObservation, LimitReading } from '../core/limits.js';
import { ConcurrencyWindow } from './concurrency-window.js';
import { LatencyTrend } from './latency-trend.js';
import { NoiseWatch } from './noise-watch.js';
import { RateSearch } from './rate-search.js';
import { SendRate } from './send-rate.js';

/** Requests let go before the first answer, unless `concurrency` says that there is more to be had. */
export const coldStart = 16;

/** The pace may fall behind by so long and catch up. */
const slackMs = 20;
/** Refused requests larger than usual by this: it is the tokens that are limited. */
const largerBy = 1.2;
/** A limit of no more requests a minute is believed in words. */
const fewRequests = 100;
/** More than this share of a first burst refused: its pace must be guessed. */
const burstRefused = 0.25;
/** A server that has too much to do is asked for as much again after so long. */
const overloadMs = 10_000;
/** More than this share of timeouts among the last twenty answers or so is a wave. */
const manyTimeouts = 0.25;
const timeoutMemory = 0.05;
/** A bucket that was found empty gets so many requests' worth before the next one asks. */
const pauseRequests = 8;
const longestPauseMs = 2_000;

/** The sends around a refusal. */
export interface Sends {
  readonly now: number;
  /** Of the request. */
  readonly tokens: number;
  /** When the refused request was let go. */
  readonly sentAt: number;
  /** Requests let go after it: what becomes of them is not known yet. Default 0. */
  readonly later?: number;
  readonly inFlight: number;
  /** Limits of a minute the refusal states, without a reset. */
  readonly said?: LimitObservation | undefined;
}

/** How fast requests flow in by the provider's headers: less what others take, and by the limit alone. */
export interface ToldRate {
  readonly perMs: number;
  readonly nominalPerMs: number;
}

/** What was found; undefined where nothing was. */
export interface CongestionState {
  readonly window: number | null;
  /** A minute. */
  readonly requests: number | undefined;
  /** A minute. */
  readonly tokens: number | undefined;
}

/**
 * What nobody tells: how many requests a minute, and how many at a time, the other side bears. Learns from refusals and
 * overload, once per episode: what was sent before the last cut says nothing new.
 */
export class Congestion {
  readonly #window = new ConcurrencyWindow(coldStart);
  readonly #requests = new RateSearch();
  readonly #tokens = new RateSearch();
  readonly #noise = new NoiseWatch();
  readonly #latency = new LatencyTrend();
  readonly #rate = new SendRate();
  #sent = 0;
  #sentTokens = 0;
  #refused = 0;
  #refusedTokens = 0;
  #told = false;
  #toldRate: ToldRate | undefined;
  /** How much larger than usual refused requests are. */
  #larger = 1;
  /** Up to when what was sent is paid for, at the pace in force. */
  #paidTo = 0;
  #cutAt = -Infinity;
  /** Requests let go by the one that was refused then. */
  #cutAfter = 0;
  /** Requests let through by then, and whether that is no more than at the cut before. */
  #admitted = 0;
  #closed = false;
  /** Share of the last twenty or so that timed out. */
  #timeouts = 0;

  /** The provider tells its limits. */
  told(requests: ToldRate | undefined): void {
    this.#told = true;
    this.#toldRate = requests;
    this.#window.open();
  }

  /** A cold start may begin with a quarter of the requests that are wanted at a time. */
  expect(concurrency: number): void {
    this.#window.widen(Math.ceil(concurrency / 4));
  }

  /** Milliseconds until a request of so many tokens may go; Infinity where only an answer helps. */
  waitMs(tokens: number, inFlight: number, now: number): number {
    const window = this.#window.waitMs(inFlight, now);
    const priceMs = this.#priceMs(tokens, now);
    return priceMs === undefined ? window : Math.max(window, Math.ceil(this.#paidTo + priceMs - slackMs - now));
  }

  sent(tokens: number, inFlight: number, now: number): void {
    const priceMs = this.#priceMs(tokens, now);
    if (priceMs !== undefined) this.#paidTo = Math.max(this.#paidTo + priceMs, now - slackMs);
    this.#sent++;
    this.#sentTokens += tokens;
    this.#rate.note(now, this.#sent);
    this.#window.sent(inFlight);
  }

  /** A good answer to a request let go `latencyMs` ago; `inFlight` counts it. */
  succeeded(latencyMs: number, inFlight: number, now: number): void {
    // Open again: what was closed was no matter of how many.
    if (this.#closed) this.#window.restore();
    this.#closed = false;
    this.#window.succeeded();
    this.#timeouts -= timeoutMemory * this.#timeouts;
    if (this.#told) return;
    const trend = this.#latency.note(latencyMs, now);
    if (trend === 'vain') this.#window.restore();
    // What waits already comes back first.
    else if (trend !== undefined) {
      this.#window.congested(Math.min(trend, inFlight), now, Math.max(overloadMs, 3 * latencyMs));
    }
  }

  /** No answer in time. One is a stuck request; a wave of them is a server that has far too much to do. */
  timedOut(sentAt: number, inFlight: number, now: number): void {
    this.#timeouts += timeoutMemory * (1 - this.#timeouts);
    if (this.#timeouts < manyTimeouts || sentAt <= this.#cutAt) return;
    this.#cutAt = now;
    this.#window.congested(inFlight / 2, now, overloadMs);
  }

  /** The other side has too much to do. */
  overloaded(sentAt: number, inFlight: number, now: number): void {
    const tally = { sent: this.#sent, refused: ++this.#refused };
    const judgement = this.#noise.judge(tally);
    if (judgement === 'chance' || judgement === 'faster' || sentAt <= this.#cutAt) return;
    if (this.#noise.cutIsFutile(tally, this.#pace(now))) {
      this.#window.restore();
      return;
    }
    this.#cutAt = now;
    this.#window.congested(inFlight, now, overloadMs);
  }

  /** Milliseconds in which a bucket found empty fills a little, or undefined where the rate is not known. */
  pauseMs(now: number): number | undefined {
    const priceMs = this.#priceMs(this.#usual, now);
    return priceMs === undefined ? undefined : Math.min(longestPauseMs, pauseRequests * priceMs);
  }

  /** A refusal that no known limit explains: `cut` for a new episode, `known` for one of the last, `noise` where cutting is no help. */
  refused({ now, sentAt, later = 0, tokens, inFlight, said = {} }: Sends): 'cut' | 'known' | 'noise' {
    this.#larger += 0.1 * (tokens / this.#usual - this.#larger);
    this.#refused++;
    this.#refusedTokens += tokens;
    const tally = { sent: this.#sent, refused: this.#refused };
    const judgement = this.#noise.judge(tally);
    if (judgement === 'faster') this.#speedUp(now);
    if (judgement === 'rate') this.#scale(0.25, now);
    else if (judgement !== undefined) return 'noise';
    if (sentAt <= this.#cutAt) {
      if (this.#sent - later < this.#cutAfter) this.#alsoRefused(tokens);
      if (this.#refused > burstRefused * this.#sent) this.#guess();
      return 'known';
    }
    if (this.#noise.cutIsFutile(tally, this.#pace(now))) {
      this.#scale(4, now);
      this.#window.restore();
      return 'noise';
    }
    this.#cut(now, inFlight, later, said);
    return 'cut';
  }

  /** Most requests at a time now, and requests or tokens a minute, where that is known. */
  state(now: number): CongestionState {
    const window = this.#window.size(now);
    const perMinute = (search: RateSearch): number | undefined => {
      const perMs = search.found(now);
      return perMs === undefined ? undefined : perMs * 60_000;
    };
    return {
      window: Number.isFinite(window) ? window : null,
      requests: this.#byTokens ? undefined : perMinute(this.#requests),
      tokens: this.#byTokens ? perMinute(this.#tokens) : undefined,
    };
  }

  /** Refusals come by chance: faster, or as fast as it goes. */
  #speedUp(now: number): void {
    const recentPerMs = this.#rate.perMs(now, this.#sent);
    this.#requests.speedUp(recentPerMs, now);
    this.#tokens.speedUp(recentPerMs && recentPerMs * this.#usual, now);
  }

  #scale(factor: number, now: number): void {
    this.#requests.scale(factor, now);
    this.#tokens.scale(factor, now);
  }

  /** Was counted among those let through at the last cut. */
  #alsoRefused(tokens: number): void {
    this.#requests.alsoRefused(1);
    this.#tokens.alsoRefused(tokens);
  }

  #cut(now: number, inFlight: number, later: number, said: LimitObservation): void {
    const usual = this.#usual;
    const recentPerMs = this.#rate.perMs(now, this.#sent);
    const requests = this.#sent - this.#refused - later;
    const tokens = this.#sentTokens - this.#refusedTokens - later * usual;
    const saidRequests = this.#believed(said.requests, 1, requests, now);
    const saidTokens = this.#believed(said.tokens, usual, tokens, now);
    // Which of the two is limited needs no guess where it is said.
    if ((said.requests === undefined) !== (said.tokens === undefined)) this.#larger = said.tokens === undefined ? 1 : 2;
    const toldPerMs = this.#toldRate?.nominalPerMs;
    this.#requests.refused({ now, admitted: requests, usual: 1, recentPerMs, toldPerMs, saidPerMs: saidRequests });
    const recentTokens = recentPerMs && recentPerMs * usual;
    this.#tokens.refused({ now, admitted: tokens, usual, recentPerMs: recentTokens, saidPerMs: saidTokens });
    this.#narrow(requests, inFlight, now);
    this.#cutAt = now;
    this.#cutAfter = this.#sent - later;
    this.#paidTo = now;
  }

  /** Fewer at a time where the window let too many go; half as many each time where nothing passes at all. */
  #narrow(admitted: number, inFlight: number, now: number): void {
    this.#closed = admitted <= this.#admitted;
    this.#admitted = Math.max(this.#admitted, admitted);
    if (this.#closed) this.#window.congested(inFlight / 2, now, overloadMs);
    else if (this.#window.binds(inFlight, now)) this.#window.congested(inFlight, now, this.#search.plateauMs);
  }

  /** What a first burst let through was all there is: no more than that a second, for a start. */
  #guess(): void {
    this.#requests.guess((0.7 * (this.#sent - this.#refused)) / 1_000);
    this.#tokens.guess((0.7 * (this.#sentTokens - this.#refusedTokens)) / 1_000);
  }

  /**
   * A limit said to be a minute's, per millisecond. Believed where it is of a few requests only, which a search would take
   * minutes to find, and unless more than that has passed already.
   */
  #believed(reading: LimitReading | undefined, usual: number, admitted: number, now: number): number | undefined {
    if (reading === undefined || reading.limit > fewRequests * usual) return undefined;
    const perMs = reading.limit / 60_000;
    return admitted > reading.limit + perMs * (now - this.#rate.startedAt) + usual ? undefined : perMs;
  }

  get #byTokens(): boolean {
    return this.#larger > largerBy;
  }

  get #search(): RateSearch {
    return this.#byTokens ? this.#tokens : this.#requests;
  }

  /** Tokens of a usual request. */
  get #usual(): number {
    return Math.max(1, this.#sentTokens / Math.max(1, this.#sent));
  }

  /** Requests a millisecond: those allowed, or those sent lately where there is no ceiling. */
  #pace(now: number): number | undefined {
    const priceMs = this.#priceMs(this.#usual, now);
    return priceMs === undefined ? this.#rate.perMs(now, this.#sent) : 1 / priceMs;
  }

  /** Milliseconds that a request takes of the pace, or undefined where there is none. */
  #priceMs(tokens: number, now: number): number | undefined {
    const perMs = this.#search.ceiling(now);
    if (perMs === undefined) return undefined;
    // Beyond what the provider says there is nothing to be found.
    return this.#byTokens ? tokens / perMs : 1 / Math.min(perMs, this.#toldRate?.perMs ?? Infinity);
  }
}
