import { InvalidArgumentError } from 'commander';

/** Parsers of option values; each throws commander's InvalidArgumentError, which names the option and the value. */

export const wholeFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${String(least)} up.`);
  };

export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}

const thousands: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6 };

/** `3500`, `3.5k`, `2M`: a number above 0. */
export function amount(text: string): number {
  const [, digits = '', unit = ''] = /^(.*?)([km]?)$/i.exec(text.trim()) ?? [];
  const value = digits === '' ? NaN : Number(digits) * (thousands[unit.toLowerCase()] ?? NaN);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0, such as 500, 30k or 2M.');
}

export function above1(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 1) return value;
  throw new InvalidArgumentError('Expected a number above 1.');
}

/** `0.1` or `10%`, as 0 to 1. */
export function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text.trim());
  const value = Number(match?.[1]) / (match?.[2] === '%' ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a share such as 0.1 or 10%.');
}

const units: Readonly<Record<string, number>> = { ms: 1, '': 1_000, s: 1_000, m: 60_000, h: 3_600_000 };

/** `500ms`, `30s`, `2m`, `8h`, or plain seconds, as milliseconds above 0. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text.trim());
  const value = Number(match?.[1]) * (units[match?.[2] ?? ''] ?? NaN);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a time such as 500ms, 30s, 2m or 1h.');
}

export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('Expected a URL such as https://api.openai.com/v1.');
  }
  if (url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('Keys come from the environment, never from a URL.');
  return text;
}

export function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('Expected a text that is not empty.');
}
