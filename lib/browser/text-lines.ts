import { Observable, type OperatorFunction } from 'rxjs';

/** Text in chunks of any size to its lines, without their ends. A last line without an end is one, too. */
export function textLines(): OperatorFunction<string, string> {
  return (text$) =>
    new Observable((subscriber) => {
      let rest = '';
      return text$.subscribe({
        next: (text) => {
          const lines = text.split('\n');
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
