/** `1,234,567`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `950`, `12.3k`, `4.5M`: for rates, where the size matters and not the digits. */
export function compact(value: number): string {
  if (value < 9_950) return whole(value);
  return value < 999_500 ? `${(value / 1_000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

/** `12 s`, `3 min 20 s`, `5 h 10 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const parts: readonly (readonly [size: number, unit: string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const first = parts.findIndex(([size]) => seconds >= size);
  if (first === -1) return '0 s';
  const [size = 1, unit = 's'] = parts[first] ?? [];
  const [nextSize, nextUnit] = parts[first + 1] ?? [];
  const rest = nextSize === undefined ? 0 : Math.floor((seconds % size) / nextSize);
  return `${String(Math.floor(seconds / size))} ${unit}${rest > 0 ? ` ${String(rest)} ${String(nextUnit)}` : ''}`;
}

/** `$0.0042`, `$1.23`. */
export const dollars = (value: number): string =>
  `$${value > 0 && value < 0.1 ? value.toPrecision(2) : value.toFixed(2)}`;

export const plural = (count: number, noun: string): string => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;

/** Epoch milliseconds as `2026-11-22 17:44:18`, local time. */
export function moment(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `2026-11-23 08:00 (in 3 h 12 min)`, local time; never earlier than it is. */
export function describeReset(at: number, now: number): string {
  const minute = moment(Math.ceil(at / 60_000) * 60_000).slice(0, -':00'.length);
  return at > now ? `${minute} (in ${duration(at - now)})` : `${minute} (now)`;
}
