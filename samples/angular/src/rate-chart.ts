import { DecimalPipe } from '@angular/common';
import { Component, computed, input } from '@angular/core';
import { duration } from './duration';
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
        <span class="requests">{{ now() ? (last().requests | number: '1.0-0') : '' }} {{ unit() }}/min</span>
        <span class="tokens">{{ now() ? (last().tokens | number: '1.0-0') : '' }} tokens/min</span>
        <span>{{ span() }}</span>
      </figcaption>
    </figure>
  `,
})
export class RateChart {
  readonly points = input.required<readonly RatePoint[]>();
  readonly unit = input('requests');
  /** Whether the last point is how it goes now. */
  readonly now = input(true);
  protected readonly last = computed(() => this.points().at(-1) ?? { at: 0, requests: 0, tokens: 0 });
  protected readonly span = computed(() => {
    const ms = this.last().at - (this.points()[0]?.at ?? this.last().at);
    return ms < 1_000 ? '' : `over ${duration(ms)}`;
  });
  protected readonly requests = computed(() => this.line(({ requests }) => requests, 1.05));
  protected readonly tokens = computed(() => this.line(({ tokens }) => tokens, 1.25));
  protected readonly label = computed(() => {
    const { requests, tokens } = this.last();
    return `Now ${Math.round(requests)} ${this.unit()} and ${Math.round(tokens)} tokens per minute`;
  });

  /** With `room` above it: each is on a scale of its own, and two that go alike shall not lie one over the other. */
  private line(value: (point: RatePoint) => number, room: number): string {
    const points = this.points();
    const start = points[0]?.at ?? 0;
    const span = Math.max(1, this.last().at - start);
    const top = Math.max(1, ...points.map(value)) * room;
    return points
      .map(
        (point) =>
          `${(((point.at - start) / span) * width).toFixed(1)},${(height * (1 - value(point) / top)).toFixed(1)}`,
      )
      .join(' ');
  }
}
