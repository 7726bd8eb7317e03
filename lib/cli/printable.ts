import type { Writable } from 'node:stream';

/** Control characters but the line feed, and those that turn the direction of what follows. */
const steering = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Words of others (ids, lines of a file, a provider's message) are shown to a terminal, and must not steer it. */
export function printable(text: string): string {
  return text.replaceAll(steering, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A line for people. */
export function say(stream: Writable, text: string): void {
  stream.write(`${printable(text)}\n`);
}
