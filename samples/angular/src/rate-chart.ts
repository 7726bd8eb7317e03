import { DecimalPipe } from '@angular/common';
import { Component, computed, input } from '@angular/core';
import type { RatePoint } from './job-view-state';

const width = 600;
const height = 120;

/** Requests and tokens per minute since the page was opened, each on a scale of its own. */
@Component({
  selector: 'app-rate-chart',
  imports: [DecimalPipe],
  template: `
    <figure>
      <svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" [attr.aria-label]="label()">
        <polyline class="tokens" [attr.points]="tokens()" />
        <polyline class="requests" [attr.points]="requests()" />
      </svg>
      <figcaption>
        <span class="requests">{{ last().requests | number }} requests/min</span>
        <span class="tokens">{{ last().tokens | number }} tokens/min</span>
        <span>{{ minutes() | number: '1.0-1' }} min</span>
      </figcaption>
    </figure>
  `,
})
export class RateChart {
  readonly points = input.required<readonly RatePoint[]>();
  protected readonly last = computed(() => this.points().at(-1) ?? { at: 0, requests: 0, tokens: 0 });
  protected readonly minutes = computed(() => (this.last().at - (this.points()[0]?.at ?? this.last().at)) / 60_000);
  protected readonly requests = computed(() => this.line(({ requests }) => requests));
  protected readonly tokens = computed(() => this.line(({ tokens }) => tokens));
  protected readonly label = computed(() => {
    const { requests, tokens } = this.last();
    return `Now ${requests} requests and ${tokens} tokens per minute`;
  });

  private line(value: (point: RatePoint) => number): string {
    const points = this.points();
    const start = points[0]?.at ?? 0;
    const span = Math.max(1, this.last().at - start);
    const top = Math.max(1, ...points.map(value)) * 1.05;
    return points
      .map(
        (point) =>
          `${(((point.at - start) / span) * width).toFixed(1)},${(height * (1 - value(point) / top)).toFixed(1)}`,
      )
      .join(' ');
  }
}
