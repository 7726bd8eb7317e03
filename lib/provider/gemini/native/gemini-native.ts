import type { Observable } from 'rxjs';
import { readFailure } from '../../failure.js';
import type { NativeCapability, RemoteBatch, ResultPage } from '../../native.js';
import { nativeCall } from '../../native/native-call.js';
import { nativeCaps } from '../../native/native-caps.js';
import { redactBatch, redactPage } from '../../native/redact.js';
import { classifyGemini } from '../classify.js';
import type { GeminiConnection } from '../connection.js';
import type { GeminiEndpointName } from '../endpoints.js';
import type { GeminiProviderOptions } from '../gemini.js';
import { geminiAuto } from './auto.js';
import { geminiCaps } from './caps.js';
import { classifyGeminiNative } from './classify.js';
import { findBatches } from './find.js';
import { geminiLine } from './line.js';
import type { GeminiRest } from './plumbing.js';
import { geminiRest } from './plumbing.js';
import { inlineBatch, readOperation } from './read-operation.js';
import type { LineReading } from './read-line.js';
import { readResults } from './results.js';
import { submitToGemini } from './submit.js';

const final: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** The Batch API of the Gemini Developer API, in its file form, over the SDK's requests. */
export function geminiNative(
  options: GeminiProviderOptions,
  connection: GeminiConnection,
  endpoint: GeminiEndpointName,
): NativeCapability {
  const secrets = (): readonly string[] => [connection.settings().apiKey ?? ''];
  const rest = (): GeminiRest => geminiRest(connection.client(), connection.settings().apiVersion);
  const one = (signal: AbortSignal, run: (signal: AbortSignal) => Promise<RemoteBatch>): Observable<RemoteBatch> =>
    nativeCall(signal, async function* (inner) {
      yield redactBatch(await run(inner), secrets());
    });

  async function get(batchId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return readOperation(await (await rest().get({ path: batchId, signal })).json());
  }

  /** The answer to a cancel is empty, so the batch is looked at after it. */
  async function cancel(batchId: string, signal: AbortSignal): Promise<RemoteBatch> {
    try {
      await (await rest().post({ path: `${batchId}:cancel`, body: '{}', signal })).json();
    } catch (error) {
      const { status } = readFailure(error);
      if (status !== 400 && status !== 409) throw error;
      // It had ended by then, which is as good.
      const batch = await get(batchId, signal);
      if (!final.has(batch.status)) throw error;
      return batch;
    }
    return get(batchId, signal);
  }

  const reading: LineReading = { endpoint, classify: (error) => classifyGemini(error, secrets()) };
  return {
    caps: nativeCaps('gemini', geminiCaps, options.nativeCaps),
    line: (item, key) => geminiLine(item, key, endpoint, options.defaultModel),
    submit: (submission, { signal }) =>
      nativeCall(signal, (inner) => submitToGemini(rest(), submission, endpoint, secrets(), inner)),
    find: (run, { signal }) => nativeCall(signal, (inner) => findBatches(rest(), run, inner)),
    poll: (batchId, { signal }) => one(signal, (inner) => get(batchId, inner)),
    cancel: (batchId, { signal }) => one(signal, (inner) => cancel(batchId, inner)),
    results: (output, from, { signal }): Observable<ResultPage> =>
      nativeCall(signal, async function* (inner) {
        for await (const page of readResults(rest(), output, from, reading, inner)) yield redactPage(page, secrets());
      }),
    cleanUp: (fileIds, { signal }) =>
      nativeCall(signal, async function* (inner) {
        for (const name of fileIds) {
          if (inlineBatch(name) !== undefined) continue;
          // What stays behind expires by itself: input files after 48 hours.
          yield await rest()
            .delete({ path: name, signal: inner })
            .then(
              () => name,
              () => undefined,
            );
        }
      }),
    classify: (error, call) => classifyGeminiNative(error, call, secrets()),
    get auto() {
      return geminiAuto(options, connection.settings(), endpoint);
    },
  };
}
