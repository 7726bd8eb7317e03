import { linkedSignal, type Signal } from '@angular/core';

/** Where a list stands that is read page by page. Another query begins at its first page. */
export class Paging {
  /** What the page in sight comes after. */
  readonly after;
  /** The same of the pages before it. */
  private readonly places;

  constructor(query: Signal<unknown>) {
    this.places = linkedSignal<unknown, readonly (number | undefined)[]>({ source: query, computation: () => [] });
    this.after = linkedSignal<unknown, number | undefined>({ source: query, computation: () => undefined });
  }

  isFirst(): boolean {
    return this.places().length === 0;
  }

  forth(next: number | null | undefined): void {
    this.places.update((places) => [...places, this.after()]);
    this.after.set(next ?? undefined);
  }

  back(): void {
    this.after.set(this.places().at(-1));
    this.places.update((places) => places.slice(0, -1));
  }
}
