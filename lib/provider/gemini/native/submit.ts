import type { BatchSubmission, RemoteBatch, SubmitStep } from '../../native.js';
import { inStep } from '../../native/step-error.js';
import type { GeminiEndpointName } from '../endpoints.js';
import { modelPath } from './line.js';
import { toDisplayName } from './marker.js';
import type { GeminiRest } from './plumbing.js';
import { readOperation } from './read-operation.js';
import { uploadToGemini } from './upload.js';

const methods: Readonly<Record<GeminiEndpointName, string>> = {
  generateContent: 'batchGenerateContent',
  embedContent: 'asyncBatchEmbedContent',
};

/**
 * Upload, unless the file is there already, then create, always in the file form: inline answers come without their keys
 * (python-genai#1886, #2008).
 */
export async function* submitToGemini(
  rest: GeminiRest,
  submission: BatchSubmission,
  endpoint: GeminiEndpointName,
  secrets: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<SubmitStep, void, undefined> {
  let { fileId } = submission;
  if (fileId === undefined) {
    fileId = await inStep('upload', secrets, () => uploadToGemini(rest, submission, signal));
    yield { step: 'uploaded', fileId };
  }
  const fileName = fileId;
  const batch = await inStep('create', secrets, () => create(rest, submission, fileName, endpoint, signal));
  yield { step: 'created', batch };
}

async function create(
  rest: GeminiRest,
  { model, marker }: BatchSubmission,
  fileName: string,
  endpoint: GeminiEndpointName,
  signal: AbortSignal,
): Promise<RemoteBatch> {
  const answer = await rest.post({
    path: `${modelPath(model)}:${methods[endpoint]}`,
    body: JSON.stringify({ batch: { displayName: toDisplayName(marker), inputConfig: { fileName } } }),
    signal,
  });
  return readOperation(await answer.json());
}
