import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { Observable, type OperatorFunction } from 'rxjs';
import { mostChars, tooLong } from './answer-shape.js';

/** Text of an event stream, in chunks of any size, to its messages. What is cut off at the end is none. `path`: for errors. */
export function serverSentEvents(path: string, most = mostChars): OperatorFunction<string, EventSourceMessage> {
  return (text$) =>
    new Observable((subscriber) => {
      const parser = createParser({
        onEvent: (message) => subscriber.next(message),
        // Other errors are of lines that an event stream may have.
        onError: ({ type }) => {
          if (type === 'max-buffer-size-exceeded') subscriber.error(tooLong(path, most));
        },
        maxBufferSize: most,
      });
      return text$.subscribe({
        next: (text) => {
          if (!subscriber.closed) parser.feed(text);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
