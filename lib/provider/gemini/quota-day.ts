/** Where Gemini's quotas per day begin anew at midnight (Gemini rate-limits page). */
const timeZone = 'America/Los_Angeles';
const dayMs = 86_400_000;

/** Milliseconds from `now` (epoch milliseconds) to the next midnight in Pacific time: 23 or 25 hours of a day in spring or autumn. */
export function untilMidnightPacific(now: number): number {
  const wall = wallTime(now);
  const midnight = (Math.floor(wall / dayMs) + 1) * dayMs;
  // The offset may change on the way; never at midnight itself, so that of an hour beside it is right.
  const near = midnight - (wall - now);
  return midnight - (wallTime(near) - near) - now;
}

/** What clocks there show at `at`, as if it were UTC, in epoch milliseconds. */
function wallTime(at: number): number {
  const options = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const time = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const;
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, ...options, ...time }).formatToParts(at);
  const part = (name: string): number => Number(parts.find(({ type }) => type === name)?.value ?? 0);
  const seconds = Date.UTC(
    ...([part('year'), part('month') - 1, part('day')] as const),
    ...([part('hour'), part('minute'), part('second')] as const),
  );
  return seconds + (at - Math.floor(at / 1_000) * 1_000);
}
