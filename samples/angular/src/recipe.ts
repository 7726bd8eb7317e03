import { Component, signal } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { latestProgress, RemoteBatchClient, type Progress, type RemoteBatchJob } from 'openapi-batch/browser';
import { catchError, EMPTY, switchMap, type Observable } from 'rxjs';

@Component({
  selector: 'app-batch',
  template: `<button (click)="start()">Start</button> {{ progress()?.done }} of {{ progress()?.total }},
    {{ connection() }} {{ problem() }}`,
})
export class Batch {
  private readonly client = new RemoteBatchClient({ baseURL: '/batches', token: () => localStorage['token'] });
  private readonly job = signal<RemoteBatchJob | null>(null);
  readonly problem = signal('');
  readonly progress = toSignal(toObservable(this.job).pipe(switchMap((job) => this.follow(job))));
  readonly connection = toSignal(this.client.connection$); // 'open', 'waiting' for the server, ...

  start(): void {
    this.problem.set('');
    this.job.set(this.client.map({ items: [{ itemId: 'a', input: { prompt: 'Return OK' } }] }));
  }

  /** A refusal (a token that is no longer good, say) ends one job's events; a signal would keep the error for ever. */
  private follow(job: RemoteBatchJob | null): Observable<Progress> {
    const events$ = job?.pipe(latestProgress()) ?? EMPTY;
    return events$.pipe(catchError((error: Error) => (this.problem.set(error.message), EMPTY)));
  }
}
