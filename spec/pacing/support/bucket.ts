import type { LimitReading } from '../../../lib/core/limits.js';

/** An exact token bucket: `capacity` at most, `perMs` flowing in, some of it taken by others. */
export class Bucket {
  #level: number;
  #at = 0;

  constructor(
    public limit: number,
    public capacity: number,
    public perMs: number,
    /** Taken by others, per millisecond. */
    private readonly drain = 0,
  ) {
    this.#level = capacity;
  }

  level(now: number): number {
    this.#level = Math.min(this.capacity, this.#level + (now - this.#at) * (this.perMs - this.drain));
    this.#at = now;
    return this.#level;
  }

  take(units: number, now: number): void {
    this.#level = this.level(now) - units;
  }

  /** Milliseconds until so many units are there, by what it promises; not above 0 where they are. */
  missingMs(units: number, now: number): number {
    return (units - this.level(now)) / this.perMs;
  }

  /** Another limit from now on: what is there stays, up to it. */
  scale(factor: number, now: number): void {
    const level = this.level(now);
    this.limit *= factor;
    this.capacity *= factor;
    this.perMs *= factor;
    this.#level = Math.min(this.capacity, level);
  }

  /** As a provider tells it: of the whole window, whatever a burst may take. */
  reading(now: number): LimitReading {
    const level = this.level(now) + this.limit - this.capacity;
    return {
      limit: this.limit,
      remaining: Math.max(0, Math.floor(level)),
      resetMs: Math.ceil((this.limit - level) / this.perMs),
    };
  }
}
