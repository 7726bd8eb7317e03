import type { Call, Operation } from './call.js';
import type { Fault, FaultPlan, FaultRule } from './fault.js';
import { chance } from './hashing.js';

/** Decides for each call whether something goes wrong, and what. */
export class FaultChooser {
  readonly #seed: number;
  #plan: FaultPlan = [];
  #happened: number[] = [];
  #attempts = new Map<string, number>();

  constructor(plan: FaultPlan, seed: number) {
    this.#seed = seed;
    this.set(plan);
  }

  /** Whether any call can go wrong; while not, attempts are not counted, to save memory. */
  get active(): boolean {
    return this.#plan.length > 0;
  }

  set(plan: FaultPlan): void {
    this.#plan = plan;
    this.#happened = plan.map(() => 0);
    this.#attempts = new Map();
  }

  /** Counts this call; 1 for the first with its operation and key. */
  attempt(operation: Operation, key: string): number {
    if (!this.active) return 1;
    const id = `${operation} ${key}`;
    const attempt = (this.#attempts.get(id) ?? 0) + 1;
    this.#attempts.set(id, attempt);
    return attempt;
  }

  choose(call: Call): Fault | undefined {
    for (const [index, rule] of this.#plan.entries()) {
      const happened = this.#happened[index] ?? 0;
      if (happened >= (rule.times ?? Infinity) || !this.#applies(rule, index, call)) continue;
      this.#happened[index] = happened + 1;
      return rule.fault;
    }
    return undefined;
  }

  #applies(rule: FaultRule, index: number, call: Call): boolean {
    return (
      isOn(rule, call.operation) &&
      call.attempt <= (rule.firstAttempts ?? Infinity) &&
      hasNumber(rule, call.n) &&
      matches(rule, call) &&
      (rule.probability === undefined ||
        chance(this.#seed, index, call.operation, call.key, call.attempt) < rule.probability)
    );
  }
}

function isOn({ on = 'request' }: FaultRule, operation: Operation): boolean {
  return typeof on === 'string' ? on === operation : on.includes(operation);
}

function hasNumber({ requests }: FaultRule, n: number): boolean {
  if (requests === undefined) return true;
  if (typeof requests === 'function') return requests(n);
  return typeof requests === 'number' ? requests === n : requests.includes(n);
}

function matches({ match }: FaultRule, call: Call): boolean {
  if (match === undefined) return true;
  if (typeof match === 'function') return match(call);
  return typeof match === 'string' ? call.text.includes(match) : call.text.search(match) >= 0;
}
