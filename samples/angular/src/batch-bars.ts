import { DecimalPipe, NgTemplateOutlet } from '@angular/common';
import { Component, computed, input } from '@angular/core';
import type { ShardProgress } from 'openapi-batch/browser';
import { Bar } from './bar';

/** The batches at the provider: those at work in sight, those that have ended folded away. */
@Component({
  selector: 'app-batch-bars',
  imports: [Bar, DecimalPipe, NgTemplateOutlet],
  template: `
    <h3 id="batches">Batches</h3>
    <p class="fine counts" data-test="batches">{{ summary() }}</p>
    <ul class="shards" aria-labelledby="batches" [attr.tabindex]="working().length > 8 ? 0 : null">
      @for (shard of working(); track shard.shard) {
        <ng-container [ngTemplateOutlet]="row" [ngTemplateOutletContext]="{ $implicit: shard }" />
      }
    </ul>
    @if (ended().length > 0) {
      <details class="ended">
        <summary>{{ ended().length >= mostTold ? 'The last ' : '' }}{{ ended().length | number }} ended</summary>
        <ul class="shards" tabindex="0" aria-label="Ended batches">
          @for (shard of ended(); track shard.shard) {
            <ng-container [ngTemplateOutlet]="row" [ngTemplateOutletContext]="{ $implicit: shard }" />
          }
        </ul>
      </details>
    }
    <ng-template #row let-shard>
      <li [title]="shard.batchId ?? ''">
        <span class="ordinal">{{ shard.shard }}</span>
        <span class="state" [class]="tone(shard)">{{ word(shard) }}</span>
        <app-bar
          [ok]="shard.completed"
          [failed]="shard.failed"
          [total]="shard.total"
          [label]="'Batch ' + shard.shard + ', ' + word(shard)"
        />
        <span class="count">{{ shard.completed + shard.failed | number }} / {{ shard.total | number }}</span>
      </li>
    </ng-template>
  `,
})
export class BatchBars {
  readonly shards = input.required<readonly ShardProgress[]>();
  /** Of ended ones a job tells the last hundred. */
  protected readonly mostTold = 100;
  private readonly sorted = computed(() => [...this.shards()].sort((a, b) => a.shard - b.shard));
  protected readonly working = computed(() => this.sorted().filter((shard) => !hasEnded(shard)));
  protected readonly ended = computed(() => this.sorted().filter(hasEnded).reverse());
  protected readonly summary = computed(() => {
    const counts = new Map<string, number>();
    for (const shard of this.working()) counts.set(wordOf(shard), (counts.get(wordOf(shard)) ?? 0) + 1);
    return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || 'none at work';
  });

  protected word(shard: ShardProgress): string {
    return wordOf(shard);
  }

  protected tone(shard: ShardProgress): string {
    const word = wordOf(shard);
    if (!hasEnded(shard)) return word === 'waiting' ? '' : 'running';
    return /succeeded|completed/.test(word) ? 'completed' : 'failed';
  }
}

/** The provider's word as a person would write it: `in_progress`, `JOB_STATE_RUNNING`. */
const wordOf = ({ status }: ShardProgress): string =>
  status
    .toLowerCase()
    .replace(/^(job|batch)_state_/, '')
    .replaceAll('_', ' ');

const hasEnded = (shard: ShardProgress): boolean =>
  /^(done|completed|(partially )?succeeded|failed|expired|cancelled)$/.test(wordOf(shard));
