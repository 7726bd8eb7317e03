import { isRecord } from '../is-record.js';
import { omit } from '../omit.js';
import type { GeminiClientLike } from './client.js';
import { plumbingOf } from './client.js';
import type { EmbedRequest } from './embed-request.js';
import type { GenerateRequest } from './generate-request.js';
import { toSdkForm } from './generate-request.js';

/** One `generateContent`; resolves with the body of the answer. */
export async function sendGenerate(
  client: GeminiClientLike,
  request: GenerateRequest,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const plumbing = plumbingOf(client);
  if (plumbing !== undefined && request.form === 'rest') {
    const path = `${modelPath(request.model)}:generateContent`;
    const answer = await plumbing.request({
      path,
      body: JSON.stringify(request.body),
      httpMethod: 'POST',
      abortSignal,
    });
    return answer.json();
  }
  const { model, contents, config } = toSdkForm(request);
  // One request each: the SDK's continuation would send, and bill, several behind one call.
  const once = { automaticContinuation: false, automaticFunctionCalling: { disable: true }, ...config };
  const call = client.models.generateContent.bind(client.models) as (parameters: object) => PromiseLike<unknown>;
  return withoutTransport(await call({ model, contents, config: { ...once, abortSignal } }));
}

/** One `batchEmbedContents`; resolves with the body of the answer. */
export async function sendEmbed(
  client: GeminiClientLike,
  request: EmbedRequest,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const plumbing = plumbingOf(client);
  const model = modelPath(request.model);
  if (plumbing !== undefined) {
    const body = JSON.stringify({ requests: request.requests.map((entry) => ({ ...entry, model })) });
    const answer = await plumbing.request({
      path: `${model}:batchEmbedContents`,
      body,
      httpMethod: 'POST',
      abortSignal,
    });
    return answer.json();
  }
  const contents = request.requests.map((entry) => entry['content']);
  const config = omit(request.requests[0] ?? {}, 'content');
  const call = client.models.embedContent.bind(client.models) as (parameters: object) => PromiseLike<unknown>;
  return withoutTransport(await call({ model: request.model, contents, config: { ...config, abortSignal } }));
}

/** `models/<id>`, as genai tModel does it. */
function modelPath(model: string | undefined): string {
  const name = model ?? '';
  return name.startsWith('models/') || name.startsWith('tunedModels/') ? name : `models/${name}`;
}

/** The SDK adds the response's headers to the body. */
function withoutTransport(body: unknown): unknown {
  return isRecord(body) ? omit(body, 'sdkHttpResponse') : body;
}
