import type { IncomingMessage } from 'node:http';
import { tokensOf } from '../fake-server/answers.js';
import type { FakeApi, Route, RouteContext } from '../fake-server/api.js';
import { isRecord } from '../fake-server/is-record.js';
import { json, type Reply } from '../fake-server/reply.js';
import type { ServerParts } from '../fake-server/server-parts.js';
import { batchRoutes } from './batch-routes.js';
import { geminiError, invalidArgument, invalidKey } from './error-body.js';
import { fileRoutes } from './file-routes.js';
import { answerRequest, methodNames } from './methods.js';
import { createNative } from './native.js';
import type { FakeGeminiOptions } from './options.js';
import { version } from './paths.js';
import { quotaError } from './quota-error.js';
import { requestText } from './request-text.js';

/** The Gemini API: ordinary requests, files and batches. */
export function createGeminiApi(options: FakeGeminiOptions, parts: ServerParts): FakeApi {
  const native = createNative(options, parts);
  return {
    routes: [...requestRoutes(options), ...fileRoutes(native), ...batchRoutes(native)],
    authorise: (incoming, path) => authorise(incoming, path, options.apiKey),
    admit: (context) => admit(context, parts),
    headers: (call) => (call.operation === 'request' ? { 'x-gemini-service-tier': 'standard' } : {}),
    notFound: (method, path) => geminiError(404, `Not found: ${method} ${path}`),
    malformed: () => invalidArgument('Invalid JSON payload received. Unexpected end of string. Expected a value.'),
  };
}

function requestRoutes(options: FakeGeminiOptions): Route[] {
  const ordinary = methodNames.map((method): Route => {
    const pattern = new RegExp(`^/${version}/(?:models|tunedModels)/(?<model>[^/:]+):${method}$`);
    const handle: Route['handle'] = ({ call, params }) =>
      answerRequest(method, params['model'] ?? '', call.body, options);
    return { method: 'POST', pattern, operation: 'request', handle };
  });
  const models = (options.models ?? ['gemini-2.5-flash', 'gemini-embedding-001']).map((name) => ({
    name: `models/${name}`,
    displayName: name,
    supportedGenerationMethods: ['generateContent', 'embedContent', 'batchGenerateContent', 'asyncBatchEmbedContent'],
  }));
  const list = (): Reply => json(200, { models });
  return [
    ...ordinary,
    { method: 'GET', pattern: new RegExp(`^/${version}/models$`), operation: 'models.list', handle: list },
  ];
}

/** Gemini charges input tokens only; its refusals come without headers. */
function admit({ call, params }: RouteContext, { quotas }: ServerParts): Reply | undefined {
  if (!quotas.limited) return undefined;
  const model = params['model'] ?? '';
  const tokens = isRecord(call.body) ? Math.max(1, tokensOf(requestText(call.body).all)) : 1;
  const refusal = quotas.of(model).admit(tokens);
  if (!refusal) return undefined;
  const { dimension, period, limit } = refusal;
  // Asks to wait even for what no wait helps: a request above the limit, or a spent day.
  const waitMs = period === 'day' ? 34_000 : (refusal.waitMs ?? 60_000);
  return quotaError({ period: `${dimension}Per${period === 'day' ? 'Day' : 'Minute'}`, limit, model, waitMs });
}

function authorise({ headers }: IncomingMessage, path: string, apiKey: string | undefined): Reply | undefined {
  const key = headers['x-goog-api-key'] ?? new URL(path, 'http://localhost').searchParams.get('key');
  if (key === null || key === '') {
    const advice = 'Please use API Key or other form of API consumer identity to call this API.';
    return geminiError(
      403,
      `Method doesn't allow unregistered callers (callers without established identity). ${advice}`,
    );
  }
  return apiKey === undefined || key === apiKey ? undefined : invalidKey();
}
