import { Component, inject, output, signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import type { BatchItem, RemoteBatchJob } from 'openapi-batch/browser';
import { EMPTY, switchMap } from 'rxjs';
import { CLIENT } from './client';
import { wordsOf } from './words';

/** A job typed or pasted in: a prompt a line, or JSON Lines. The text stays until the server has taken it. */
@Component({
  selector: 'app-start-job',
  template: `
    <details class="card" #box (toggle)="box.open && items.focus()" (keydown.escape)="fold(box)">
      <summary>New job</summary>
      <form (submit)="start($event, box, items.value, jobId.value, model.value)">
        <label>
          A prompt a line, or JSON lines such as {{ '{' }}"itemId": "a", "input": {{ '{' }}"prompt": "Hi"{{ '}}' }}
          <textarea #items name="items" rows="6" required spellcheck="false"></textarea>
        </label>
        <label>Job id <input #jobId name="jobId" placeholder="made for you" /></label>
        <label>Model <input #model name="model" placeholder="the server's default" /></label>
        <!-- Not disabled: that would lose the focus. -->
        <button type="submit" class="primary" [attr.aria-disabled]="sending() !== null">Start</button>
        @if (sending() !== null) {
          <span role="status">{{ connection() === 'waiting' ? 'Server not reached, trying again' : 'Sending…' }}</span>
        }
        @if (problem(); as text) {
          <p class="problem" role="alert" data-test="refused">{{ text }}</p>
        }
      </form>
    </details>
  `,
})
export class StartJob {
  readonly started = output<RemoteBatchJob>();
  protected readonly problem = signal('');
  protected readonly sending = signal<RemoteBatchJob | null>(null);
  protected readonly connection = toSignal(
    toObservable(this.sending).pipe(switchMap((job) => job?.connection$ ?? EMPTY)),
  );
  private readonly client = inject(CLIENT);

  protected async start(event: Event, box: HTMLDetailsElement, text: string, jobId: string, model: string) {
    event.preventDefault();
    if (this.sending() !== null) return;
    this.problem.set('');
    try {
      const items = text.split('\n').flatMap(toItem);
      const job = this.client.map({ items, jobId: jobId || undefined, model: model || undefined });
      this.sending.set(job);
      await job.status();
      box.open = false;
      box.querySelector('form')?.reset();
      this.started.emit(job);
    } catch (error) {
      this.problem.set(wordsOf(error));
    } finally {
      this.sending.set(null);
    }
  }

  protected fold(box: HTMLDetailsElement): void {
    box.open = false;
    box.querySelector('summary')?.focus();
  }
}

function toItem(line: string, index: number): BatchItem[] {
  if (line.trim() === '') return [];
  if (!line.startsWith('{')) return [{ input: { prompt: line } }];
  try {
    return [JSON.parse(line) as BatchItem];
  } catch (error) {
    throw new Error(`Line ${index + 1} begins as JSON and is none: ${wordsOf(error)}`);
  }
}
