import type { Random } from '../harness/random.js';
import type { KillPoint } from '../programs/points/kill-switch.js';

/** How often each point was passed by one process. */
export type PointCounts = Readonly<Record<string, number>>;

/** A process begins with a new job, or takes up one that was killed: they pass different points. */
export type Start = 'new' | 'taken up';

/** A point that processes ended without passing so often is given up. */
const mostMisses = 4;

/**
 * The points that are known from processes so far, and those that were hit. Chooses so that each comes first once, then
 * any of them.
 */
export class PointCatalogue {
  readonly #known: Readonly<Record<Start, Map<string, number>>> = { new: new Map(), 'taken up': new Map() };
  readonly #hit = new Set<string>();
  readonly #missed = new Map<string, number>();

  get names(): ReadonlySet<string> {
    return new Set([...this.#known.new.keys(), ...this.#known['taken up'].keys()]);
  }

  get hits(): number {
    return this.#hit.size;
  }

  /** Names that no kill has met. */
  get left(): readonly string[] {
    return [...this.names].filter((name) => !this.#hit.has(name));
  }

  learn(start: Start, counts: PointCounts): void {
    const known = this.#known[start];
    for (const [name, count] of Object.entries(counts)) known.set(name, Math.max(count, known.get(name) ?? 0));
  }

  hit({ name }: KillPoint): void {
    this.#hit.add(name);
  }

  /** The process ended without coming there. */
  miss({ name }: KillPoint): void {
    this.#missed.set(name, (this.#missed.get(name) ?? 0) + 1);
  }

  choose(start: Start, random: Random): KillPoint | undefined {
    const known = this.#known[start];
    const open = this.#open(start);
    const names = open.length > 0 ? open : [...known.keys()];
    if (names.length === 0) return undefined;
    const name = random.pick(names);
    // Rather early than never: a later process has less to do than the one that was counted.
    const most = this.#missed.has(name) ? 1 : known.get(name)!;
    return { name, n: 1 + Math.floor(random.share() ** 2 * most) };
  }

  /** Whether there are points to be met yet. */
  get wanting(): boolean {
    return this.#open('new').length > 0 || this.#open('taken up').length > 0;
  }

  /** Whether only a new job can meet some of them, and none has tried. */
  get wantsNew(): boolean {
    return this.#open('new').some((name) => !this.#known['taken up'].has(name) && !this.#missed.has(name));
  }

  #open(start: Start): readonly string[] {
    return [...this.#known[start].keys()].filter(
      (name) => !this.#hit.has(name) && (this.#missed.get(name) ?? 0) < mostMisses,
    );
  }
}
