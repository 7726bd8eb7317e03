import type { BatchSubmission, SubmitStep } from '../../native.js';
import { inStep } from '../../native/step-error.js';
import { ProviderError, failureVerdict } from '../../provider-error.js';
import { toFileName, toMetadata } from './marker.js';
import { multipartUpload } from './multipart.js';
import type { OpenAIPlumbing } from './plumbing.js';
import { asRecord, noTimeout } from './plumbing.js';
import { readBatch } from './read-batch.js';

/** What a submission needs to know besides itself. */
export interface SubmitSettings {
  /** As the batch names it. */
  readonly endpoint: string;
  /** Seconds, or undefined to leave it to the server. */
  readonly inputFileExpiry: number | undefined;
  readonly resultFileExpiry: number | undefined;
  readonly secrets: readonly string[];
}

/** Upload, unless the file is there already, then create: one request each. */
export async function* submitToOpenAI(
  client: OpenAIPlumbing,
  submission: BatchSubmission,
  settings: SubmitSettings,
  signal: AbortSignal,
): AsyncGenerator<SubmitStep, void, undefined> {
  const { secrets } = settings;
  let { fileId } = submission;
  if (fileId === undefined) {
    fileId = await inStep('upload', secrets, () => upload(client, submission, settings, signal));
    yield { step: 'uploaded', fileId };
  }
  const inputFileId = fileId;
  const batch = await inStep('create', secrets, async () => {
    const body = createBody(inputFileId, submission, settings);
    return readBatch(await client.post('/batches', { body, signal }));
  });
  yield { step: 'created', batch };
}

async function upload(
  client: OpenAIPlumbing,
  submission: BatchSubmission,
  { inputFileExpiry }: SubmitSettings,
  signal: AbortSignal,
): Promise<string> {
  const expiry =
    inputFileExpiry === undefined
      ? {}
      : { 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': String(inputFileExpiry) };
  const { headers, body } = multipartUpload(
    { purpose: 'batch', ...expiry },
    {
      name: toFileName(submission.marker),
      pages: () => submission.lines(),
    },
  );
  const file = asRecord(await client.post('/files', { headers, body, signal, timeout: noTimeout }));
  if (typeof file?.['id'] !== 'string') {
    throw new ProviderError(failureVerdict('invalid_response', 'the upload was answered without a file id'));
  }
  return file['id'];
}

function createBody(fileId: string, submission: BatchSubmission, settings: SubmitSettings): object {
  const { endpoint, resultFileExpiry } = settings;
  return {
    input_file_id: fileId,
    endpoint,
    completion_window: '24h',
    metadata: toMetadata(submission),
    ...(resultFileExpiry === undefined
      ? {}
      : { output_expires_after: { anchor: 'created_at', seconds: resultFileExpiry } }),
  };
}
