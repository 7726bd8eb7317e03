// A batch in the middle of a pipeline: rows come from any Observable, answers go on to the next operator. mapBatch() is
// cold, as operators are: the job works while it is subscribed to, and a second subscription to the same job is a replay.
import { BatchClient, filterOk, isBatchError, localEcho, mapBatch } from 'openapi-batch';
import { bufferCount, concat, count, defer, finalize, interval, map, take, tap, type Observable } from 'rxjs';

let requests = 0;
const provider = localEcho({
  latencyMs: 5,
  answer: ({ input }) => {
    requests++;
    return Number(String(input).replaceAll(/\D/g, '')) >= 20 ? 'warm' : 'cold';
  },
});
const client = new BatchClient({ provider, db: ':memory:' });

/** Readings of sensors as they come in. */
const readings$: Observable<{ readonly sensor: string; readonly celsius: number }> = interval(2).pipe(
  take(30),
  map((n) => ({ sensor: `sensor-${String(n)}`, celsius: 15 + (n % 10) })),
);

const answers$ = readings$.pipe(
  map(({ sensor, celsius }) => ({ itemId: sensor, input: `Is ${String(celsius)} degrees warm or cold?` })),
  mapBatch<string>(client, { jobId: 'sensors', concurrency: 4 }),
  filterOk(),
);

const first$ = answers$.pipe(
  map(({ output }) => output),
  bufferCount(10),
  tap((ten) => console.log(`of ten answers ${String(ten.filter((answer) => answer === 'warm').length)} are warm`)),
  count(),
);

const second$ = defer(() => answers$).pipe(
  count(),
  tap((answers) => console.log(`the second time: ${String(answers)} answers, ${String(requests)} requests in all`)),
);

concat(first$, second$)
  .pipe(finalize(() => void client.close()))
  .subscribe({
    error: (error: unknown) => {
      console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
      process.exitCode = 1;
    },
  });
