import { Component, computed, input } from '@angular/core';

/** How far something has come, with the part that failed in another colour. */
@Component({
  selector: 'app-bar',
  template: `<i class="ok" [style.width.%]="share(ok())"></i><i class="bad" [style.width.%]="share(failed())"></i>`,
  host: {
    role: 'progressbar',
    'aria-valuemin': '0',
    '[attr.aria-valuemax]': 'total()',
    '[attr.aria-valuenow]': 'ok() + failed()',
    '[attr.aria-label]': 'label()',
    '[attr.aria-valuetext]': 'said()',
  },
})
export class Bar {
  readonly ok = input.required<number>();
  readonly failed = input(0);
  readonly total = input.required<number>();
  readonly label = input.required<string>();
  protected readonly said = computed(() => {
    const failed = this.failed() > 0 ? `, ${this.failed()} failed` : '';
    return `${this.ok() + this.failed()} of ${this.total()}${failed}`;
  });

  /** Of the whole, in percent; what is there can be seen, however little it is. */
  protected share(part: number): number {
    if (part === 0 || this.total() === 0) return 0;
    return Math.min(100, Math.max(0.5, (100 * part) / this.total()));
  }
}
