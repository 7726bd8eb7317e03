import { asyncScheduler, map, mergeMap, Subject, tap, timer, type Observable } from 'rxjs';
import { Limiter, type LimiterOptions } from '../../../lib/pacing/limiter.js';
import type { Permit } from '../../../lib/pacing/permit.js';

/** A limiter with jitter at its most. */
export function limiter(options: LimiterOptions = {}): Limiter {
  return new Limiter({ scheduler: asyncScheduler, random: () => 1, ...options });
}

/** Emits the name when it is let in; says nothing of how it went. */
export function enter(gate: Limiter, name: string, tokens = 1): Observable<string> {
  return gate.admit(tokens).pipe(map(() => name));
}

/** Is let in, and refused or succeeds `tookMs` later. */
export function request(
  gate: Limiter,
  name: string,
  tookMs: number,
  end: (permit: Permit) => void,
): Observable<string> {
  return gate.admit(1).pipe(
    mergeMap((permit) =>
      timer(tookMs).pipe(
        tap(() => end(permit)),
        map(() => name),
      ),
    ),
  );
}

/** Permits for so many requests, as they are given. */
export function ask(gate: Limiter, count: number, tokens = 1, flow = ''): Permit[] {
  const permits: Permit[] = [];
  for (let n = 0; n < count; n++) gate.admit(tokens, undefined, flow).subscribe((permit) => permits.push(permit));
  return permits;
}

/** A scheduler whose time is ours and whose work never comes. */
export function clock(now: () => number): NonNullable<LimiterOptions['scheduler']> {
  return { now, schedule: () => new Subject().subscribe() } as never;
}
