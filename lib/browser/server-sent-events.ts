import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Observable, type OperatorFunction } from 'rxjs';

/** Text of an event stream, in chunks of any size, to its messages. What is cut off at the end is none. */
export function serverSentEvents(): OperatorFunction<string, EventSourceMessage> {
  return (text$) =>
    new Observable((subscriber) => {
      const parser = createParser({ onEvent: (message) => subscriber.next(message) });
      return text$.subscribe({
        next: (text) => parser.feed(text),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
