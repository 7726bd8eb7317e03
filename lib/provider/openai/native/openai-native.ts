import type { Observable } from 'rxjs';
import { readFailure } from '../../failure.js';
import type { NativeCapability, RemoteBatch } from '../../native.js';
import { nativeCall } from '../../native/native-call.js';
import { nativeCaps } from '../../native/native-caps.js';
import { redactBatch, redactPage } from '../../native/redact.js';
import { classifyOpenAI } from '../classify.js';
import type { OpenAIConnection } from '../connection.js';
import type { OpenAIProviderOptions } from '../openai.js';
import type { BodyDefaults } from '../request-body.js';
import { openaiAuto } from './auto.js';
import type { BatchUrls } from './azure.js';
import { batchUrls, isAzure } from './azure.js';
import { azureCaps, openaiCaps } from './caps.js';
import { classifyOpenAINative } from './classify.js';
import { downloadLines } from './download.js';
import { expirySeconds } from './expiry.js';
import { findBatches } from './find.js';
import { openaiLine } from './line.js';
import type { OpenAIPlumbing } from './plumbing.js';
import { plumbingOf } from './plumbing.js';
import { readBatch } from './read-batch.js';
import { readOpenAILine } from './read-line.js';
import { submitToOpenAI } from './submit.js';

const final: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** OpenAI's Batch API (also Azure's, and that of servers that copy it) over the SDK. */
export function openaiNative(
  options: OpenAIProviderOptions,
  connection: OpenAIConnection,
  defaults: () => BodyDefaults,
): NativeCapability {
  const secrets = (): readonly string[] => [connection.settings().apiKey ?? ''];
  const urls = (): BatchUrls => batchUrls(defaults().endpoint, isAzure(options, connection.settings()));
  const client = (): OpenAIPlumbing => plumbingOf(connection.client());
  const expiry = (name: 'inputFileExpirySeconds' | 'resultFileExpirySeconds'): number | undefined =>
    expirySeconds(name, options[name], connection.settings().foreign);
  // Told now rather than at the first batch.
  expirySeconds('inputFileExpirySeconds', options.inputFileExpirySeconds, true);
  expirySeconds('resultFileExpirySeconds', options.resultFileExpirySeconds, true);
  const one = (signal: AbortSignal, run: (signal: AbortSignal) => Promise<RemoteBatch>): Observable<RemoteBatch> =>
    nativeCall(signal, async function* (inner) {
      yield redactBatch(await run(inner), secrets());
    });

  async function get(batchId: string, signal: AbortSignal): Promise<RemoteBatch> {
    return readBatch(await client().get(`/batches/${encodeURIComponent(batchId)}`, { signal }));
  }

  async function cancel(batchId: string, signal: AbortSignal): Promise<RemoteBatch> {
    try {
      return readBatch(await client().post(`/batches/${encodeURIComponent(batchId)}/cancel`, { signal }));
    } catch (error) {
      const { status } = readFailure(error);
      if (status !== 400 && status !== 409) throw error;
      // It had ended by then, which is as good.
      const batch = await get(batchId, signal);
      if (!final.has(batch.status)) throw error;
      return batch;
    }
  }

  return {
    caps: nativeCaps('openai', options.azure === undefined ? openaiCaps : azureCaps, options.nativeCaps),
    line: (item, key) => openaiLine(item, key, defaults(), urls().line),
    submit: (submission, { signal }) =>
      nativeCall(signal, (inner) => {
        const settings = {
          endpoint: urls().batch,
          inputFileExpiry: expiry('inputFileExpirySeconds'),
          resultFileExpiry: expiry('resultFileExpirySeconds'),
          secrets: secrets(),
        };
        return submitToOpenAI(client(), submission, settings, inner);
      }),
    find: (run, { signal }) => nativeCall(signal, (inner) => findBatches(client(), run, inner)),
    poll: (batchId, { signal }) => one(signal, (inner) => get(batchId, inner)),
    cancel: (batchId, { signal }) => one(signal, (inner) => cancel(batchId, inner)),
    results: (output, from, { signal }) =>
      nativeCall(signal, async function* (inner) {
        const { endpoint } = defaults();
        const classify = (error: unknown): ReturnType<typeof classifyOpenAI> => classifyOpenAI(error, secrets());
        for await (const { lines, offset } of downloadLines(client(), output, from, inner)) {
          const results = lines.map((text) => readOpenAILine(text, endpoint, classify));
          yield redactPage({ results, offset }, secrets());
        }
      }),
    cleanUp: (fileIds, { signal }) =>
      nativeCall(signal, async function* (inner) {
        for (const fileId of fileIds) {
          const deleted = client().delete(`/files/${encodeURIComponent(fileId)}`, { signal: inner });
          // What stays behind expires by itself.
          yield await deleted.then(
            () => fileId,
            () => undefined,
          );
        }
      }),
    classify: (error, call) => classifyOpenAINative(error, call, secrets()),
    get auto() {
      return openaiAuto(options, connection.settings(), defaults().endpoint);
    },
  };
}
