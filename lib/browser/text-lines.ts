import { Observable, type OperatorFunction } from 'rxjs';
import { mostChars, tooLong } from './answer-shape.js';

/** Text in chunks of any size to its lines, without their ends. A last line without an end is one, too. `path`: for errors. */
export function textLines(path: string, most = mostChars): OperatorFunction<string, string> {
  return (text$) =>
    new Observable((subscriber) => {
      let rest = '';
      return text$.subscribe({
        next: (text) => {
          const lines = text.split('\n');
          if (rest.length + (lines[0]?.length ?? 0) > most) return subscriber.error(tooLong(path, most));
          lines[0] = rest + (lines[0] ?? '');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            if (subscriber.closed) return;
            if (line !== '') subscriber.next(line);
          }
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          if (rest !== '') subscriber.next(rest);
          subscriber.complete();
        },
      });
    });
}
