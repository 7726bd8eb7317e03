import { untilMidnightPacific } from '../../../lib/provider/gemini/quota-day';

const hours = 3_600_000;

// Pacific time is UTC-8, from the second Sunday in March to the first in November UTC-7, changed at 2 in the morning.
it.each([
  ['an evening in winter', '2026-11-22T20:36:12Z', 11 * hours + 23 * 60_000 + 48_000],
  ['an evening in summer', '2026-07-01T20:00:00Z', 11 * hours],
  ['midnight itself: a whole day', '2026-07-01T07:00:00Z', 24 * hours],
  ['a millisecond before midnight', '2026-07-01T06:59:59.999Z', 1],
  ['a new year', '2026-12-31T20:00:00Z', 12 * hours],
  ['a leap day', '2028-02-29T20:00:00Z', 12 * hours],
  ['the day before spring’s change', '2026-03-07T20:00:00Z', 12 * hours],
  ['the first minute of spring’s day of 23 hours', '2026-03-08T08:00:00Z', 23 * hours],
  ['that day before the change', '2026-03-08T09:59:59Z', 21 * hours + 1_000],
  ['that day after the change', '2026-03-08T10:00:00Z', 21 * hours],
  ['the day before autumn’s change', '2026-10-31T20:00:00Z', 11 * hours],
  ['the first minute of autumn’s day of 25 hours', '2026-11-01T07:00:00Z', 25 * hours],
  ['the first 1:30 of that day', '2026-11-01T08:30:00Z', 23.5 * hours],
  ['the second 1:30 of that day', '2026-11-01T09:30:00Z', 22.5 * hours],
])('%s: %s', (_name, now, ms) => expect(untilMidnightPacific(Date.parse(now))).toBe(ms));
