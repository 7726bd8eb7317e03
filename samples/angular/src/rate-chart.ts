import { DecimalPipe } from '@angular/common';
import { Component, computed, input } from '@angular/core';
import type { JobInfo } from 'openapi-batch/browser';
import { duration } from './duration';
import type { RatePoint } from './job-view-state';

const width = 600;
const height = 120;
/** Nobody looked for so long: the line is broken. */
const gapMs = 60_000;

/** Requests and tokens per minute over time, each on a labelled scale of its own, as far as this browser has seen them. */
@Component({
  selector: 'app-rate-chart',
  imports: [DecimalPipe],
  template: `
    @if (points().length > 1) {
      <figure data-test="chart">
        <figcaption>
          <span class="requests">↑ {{ top().requests | number }} {{ unit() }}/min</span>
          <span class="tokens">{{ top().tokens | number }} tokens/min ↑</span>
        </figcaption>
        <svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" [attr.aria-label]="label()">
          <path class="grid" d="M0,1H600M0,60H600" />
          <path class="tokens" [attr.d]="tokens()" />
          <path class="requests" [attr.d]="requests()" />
        </svg>
        <figcaption>
          @for (time of times(); track $index) {
            <time>{{ clock(time) }}</time>
          }
        </figcaption>
        @if (now()) {
          <figcaption>
            <span class="requests">now {{ last().requests | number: '1.0-0' }} {{ unit() }}/min</span>
            <span class="tokens">now {{ last().tokens | number: '1.0-0' }} tokens/min</span>
          </figcaption>
        }
      </figure>
    }
    @if (info(); as job) {
      <p class="fine" data-test="times">Started {{ day(job.createdAt) }}{{ now() ? '' : ending() }}</p>
    }
  `,
})
export class RateChart {
  readonly points = input.required<readonly RatePoint[]>();
  readonly unit = input('requests');
  /** Whether the last point is how it goes now. */
  readonly now = input(true);
  /** When it began and ended, and what came of it: all there is of a job this browser has not seen at work. */
  readonly info = input<JobInfo | null>(null);
  protected readonly ending = computed(() => {
    const job = this.info();
    if (job === null) return '';
    const ms = job.updatedAt - job.createdAt;
    const each = (count: number): string => Math.round((count * 60_000) / Math.max(1_000, ms)).toLocaleString('en');
    const paces = `${each(job.ok + job.failed)} items and ${each(job.tokens.input + job.tokens.output)} tokens a minute`;
    return `; ${job.status} ${this.day(job.updatedAt)}, after ${duration(ms)}: ${paces} on average`;
  });
  protected readonly first = computed(() => this.points()[0]?.at ?? 0);
  protected readonly last = computed(() => this.points().at(-1) ?? { at: 0, requests: 0, tokens: 0 });
  protected readonly times = computed(() => [this.first(), (this.first() + this.last().at) / 2, this.last().at]);
  protected readonly top = computed(() => ({
    requests: roundUp(Math.max(...this.points().map(({ requests }) => requests))),
    tokens: roundUp(Math.max(...this.points().map(({ tokens }) => tokens))),
  }));
  protected readonly requests = computed(() => this.line(({ requests }) => requests / this.top().requests));
  protected readonly tokens = computed(() => this.line(({ tokens }) => tokens / this.top().tokens));
  protected readonly label = computed(() => {
    const { requests, tokens } = this.last();
    return `At last ${Math.round(requests)} ${this.unit()} and ${Math.round(tokens)} tokens per minute`;
  });

  protected clock(at: number): string {
    const days = this.last().at - this.first() > 86_400_000;
    return days ? this.day(at) : new Date(at).toLocaleTimeString();
  }

  protected day(at: number): string {
    return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  }

  private line(share: (point: RatePoint) => number): string {
    const start = this.first();
    const span = Math.max(1, this.last().at - start);
    let before = -Infinity;
    const step = (point: RatePoint): string => {
      const command = point.at - before > gapMs ? 'M' : 'L';
      before = point.at;
      return `${command}${(((point.at - start) / span) * width).toFixed(1)},${(height * (1 - share(point))).toFixed(1)}`;
    };
    return this.points().map(step).join('');
  }
}

/** To 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * ([1, 2, 5].find((factor) => factor * power >= value) ?? 10);
}
