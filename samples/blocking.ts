// Blocking use: await the end, then read the results by id. No callback, no subscription of your own.
import { BatchClient, isBatchError, localEcho, ofType } from 'openapi-batch';
import { lastValueFrom } from 'rxjs';

async function main(): Promise<void> {
  // Two of the five cities are refused, so that there is something to see.
  const failures = ['atlantis', 'el-dorado'].map((itemId) => ({
    itemId,
    code: 'invalid_request' as const,
    message: 'no such city',
  }));
  await using client = new BatchClient({ provider: localEcho({ failures, latencyMs: [20, 60] }), db: ':memory:' });

  const cities = ['london', 'paris', 'atlantis', 'tokyo', 'el-dorado'];
  const job = client.map({
    items: cities.map((city) => ({ itemId: city, input: { prompt: `A sight of ${city}` } })),
  });

  // Resolves with the last event, `complete`; rejects with the BatchError that stopped the job. Failed items are results.
  const { progress } = await lastValueFrom(job.pipe(ofType('complete')));
  console.log(`${String(progress.ok)} ok, ${String(progress.failed)} failed`);

  const results = await job.resultsDict();
  for (const city of cities) {
    const result = results[city];
    if (result === undefined) continue;
    console.log(
      result.ok ? `${city}: ${String(result.output)}` : `${city}: ${result.error.code}, ${result.error.message}`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(isBatchError(error) ? `${error.code}: ${error.message}` : error);
  process.exitCode = 1;
});
