import type { BatchEvent } from '../core/events.js';
import type { WireStopped } from './wire.js';

/** The first thing said: how long a browser waits before it reconnects, and that somebody is there. */
export const opening = 'retry: 1000\n: ok\n\n';

/** A sign of life that no reader sees. */
export const heartbeat = ': ping\n\n';

/** JSON has no line breaks of its own, so an event is one line of data. */
export const eventMessage = (event: BatchEvent): string =>
  `id: ${String(event.seq)}\ndata: ${JSON.stringify(event)}\n\n`;

/** Without an id: whoever reconnects goes on after the last event. */
export const stoppedMessage = (stopped: WireStopped): string => `event: stopped\ndata: ${JSON.stringify(stopped)}\n\n`;
