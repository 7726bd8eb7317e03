import type { Subscription } from 'rxjs';
import { BatchClient, localEcho, type BatchEvent } from '../../../lib/index.js';

/** When the follower has the database open: always from the first event on, only while a process works, or at the end. */
export type FollowerHabit = 'stays' | 'comes and goes' | 'comes late';

/**
 * A subscriber in another process than the worker: keeps the sequence of its last event, and asks for what came after it
 * each time it was cut off.
 */
export class Follower {
  readonly events: BatchEvent[] = [];
  /** How often it connected. */
  connections = 0;
  #client: BatchClient | undefined;
  #subscription: Subscription | undefined;
  #again: NodeJS.Timeout | undefined;
  #seq = 0;

  constructor(private readonly db: string) {}

  /** Has the database open. */
  get connected(): boolean {
    return this.#client !== undefined;
  }

  /** The job exists: watch it, if not watching already. */
  connect(): void {
    if (this.#subscription !== undefined) return;
    this.#client ??= new BatchClient({ db: this.db, provider: localEcho(), log: false });
    this.connections++;
    this.#subscription = this.#client
      .job('job')
      .events({ after: this.#seq })
      .subscribe({
        next: (event) => {
          this.events.push(event);
          this.#seq = event.seq;
        },
        // Its worker is gone: there may be another one soon.
        error: () => {
          this.#subscription = undefined;
          this.#again = setTimeout(() => this.connect(), 20);
        },
      });
  }

  async disconnect(): Promise<void> {
    this.#pause();
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  /** The job is over: reads what is left, by its last sequence, and leaves. */
  async finish(): Promise<void> {
    this.#pause();
    this.#client ??= new BatchClient({ db: this.db, provider: localEcho(), log: false });
    this.connections++;
    await this.#client
      .job('job')
      .events({ after: this.#seq })
      .forEach((event) => void this.events.push(event));
    await this.disconnect();
  }

  #pause(): void {
    clearTimeout(this.#again);
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }
}
