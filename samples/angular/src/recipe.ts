import { Component, signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { latestProgress, RemoteBatchClient, type RemoteBatchJob } from 'openapi-batch/browser';
import { EMPTY, switchMap } from 'rxjs';

@Component({
  selector: 'app-batch',
  template: `<button (click)="start()">Start</button> {{ progress()?.done }} of {{ progress()?.total }},
    {{ connection() }}`,
})
export class Batch {
  private readonly client = new RemoteBatchClient({ baseURL: '/batches', token: () => localStorage['token'] });
  private readonly job = signal<RemoteBatchJob | null>(null);
  readonly progress = toSignal(toObservable(this.job).pipe(switchMap((job) => job?.pipe(latestProgress()) ?? EMPTY)));
  readonly connection = toSignal(this.client.connection$); // 'open', 'waiting' for the server, ...

  start(): void {
    this.job.set(this.client.map({ items: [{ itemId: 'a', input: { prompt: 'Return OK' } }] }));
  }
}
