import { Component, inject, output, signal } from '@angular/core';
import type { BatchItem, RemoteBatchJob } from 'openapi-batch/browser';
import { CLIENT } from './client';

/** A job typed or pasted in: a prompt a line, or JSON Lines. */
@Component({
  selector: 'app-start-job',
  template: `
    <details class="card" #box (toggle)="box.open && items.focus()" (keydown.escape)="fold(box)">
      <summary>New job</summary>
      <form (submit)="start($event, items.value, jobId.value, model.value) && close(box)">
        <label>
          A prompt a line, or JSON lines such as {{ '{' }}"itemId": "a", "input": {{ '{' }}"prompt": "Hi"{{ '}}' }}
          <textarea #items name="items" rows="6" required spellcheck="false"></textarea>
        </label>
        <label>Job id <input #jobId name="jobId" placeholder="made for you" /></label>
        <label>Model <input #model name="model" placeholder="the server's default" /></label>
        <button type="submit" class="primary">Start</button>
        @if (problem(); as text) {
          <p class="problem" role="alert">{{ text }}</p>
        }
      </form>
    </details>
  `,
})
export class StartJob {
  readonly started = output<RemoteBatchJob>();
  protected readonly problem = signal('');
  private readonly client = inject(CLIENT);

  protected start(event: Event, text: string, jobId: string, model: string): boolean {
    event.preventDefault();
    try {
      const items = text.split('\n').flatMap(toItem);
      this.started.emit(this.client.map({ items, jobId: jobId || undefined, model: model || undefined }));
      this.problem.set('');
      return true;
    } catch (error) {
      this.problem.set(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  protected fold(box: HTMLDetailsElement): void {
    box.open = false;
    box.querySelector('summary')?.focus();
  }

  protected close(box: HTMLDetailsElement): void {
    box.open = false;
    box.querySelector('form')?.reset();
  }
}

function toItem(line: string): BatchItem[] {
  if (line.trim() === '') return [];
  return [line.startsWith('{') ? (JSON.parse(line) as BatchItem) : { input: { prompt: line } }];
}
