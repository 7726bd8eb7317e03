import type { IncomingMessage } from 'node:http';
import type { FakeApi, Route } from '../fake-server/api.js';
import { textKey } from '../fake-server/hashing.js';
import type { FakeServerOptions } from '../fake-server/options.js';
import { json, type Reply } from '../fake-server/reply.js';
import type { ServerParts } from '../fake-server/server-parts.js';
import { batchRoutes } from './batch-routes.js';
import { answerRequest, endpointNames } from './endpoints.js';
import { openaiError } from './error-body.js';
import { fileRoutes } from './file-routes.js';
import { createModel, type FakeModel } from './model.js';
import { createNative } from './native.js';
import { prefix } from './paths.js';
import { admit, limitHeaders } from './rate-limits.js';

/** OpenAI's API: ordinary requests, files and batches. Paths as on OpenAI, and as Azure has them. */
export function createOpenAIApi(options: FakeServerOptions, parts: ServerParts): FakeApi {
  const { clock, quotas } = parts;
  const model = createModel(options, clock);
  const native = createNative(options, parts, model);
  const showLimits = options.rateLimitHeaders ?? true;
  return {
    routes: [...requestRoutes(options, model), ...fileRoutes(native), ...batchRoutes(native)],
    authorise: (incoming) => authorise(incoming, options.apiKey),
    admit: ({ call }) => admit(call, quotas, clock, showLimits),
    headers: (call) => ({
      'x-request-id': `req_${textKey(`${call.operation} ${call.n}`)}`,
      'openai-version': '2020-10-01',
      ...(call.operation === 'request' ? { 'openai-processing-ms': '1' } : {}),
      ...(call.operation === 'request' && showLimits ? limitHeaders(call, quotas, clock) : {}),
    }),
    notFound: (method, path) => openaiError(404, `Invalid URL (${method} ${path})`),
    malformed: () => {
      const message =
        'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly.)';
      return openaiError(400, message);
    },
  };
}

function requestRoutes(options: FakeServerOptions, model: FakeModel): Route[] {
  const ordinary = endpointNames.map((endpoint): Route => {
    const pattern = new RegExp(`${prefix}${endpoint.replace('/v1', '')}$`);
    const handle: Route['handle'] = ({ call }) => answerRequest(endpoint, call.body, model, options.models);
    return { method: 'POST', pattern, operation: 'request', handle };
  });
  const models = options.models ?? ['gpt-4o-mini', 'text-embedding-3-small'];
  const data = models.map((id) => ({ id, object: 'model', created: 1_700_000_000, owned_by: 'system' }));
  const list = (): Reply => json(200, { object: 'list', data });
  return [
    ...ordinary,
    { method: 'GET', pattern: new RegExp(`${prefix}/models$`), operation: 'models.list', handle: list },
  ];
}

function authorise({ headers }: IncomingMessage, apiKey: string | undefined): Reply | undefined {
  const azure = headers['api-key'];
  const key = typeof azure === 'string' ? azure : /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (key !== undefined && (apiKey === undefined || key === apiKey)) return undefined;
  const message =
    key === undefined
      ? "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth."
      : `Incorrect API key provided: ${key.slice(0, 3)}****. You can find your API key at https://platform.openai.com/account/api-keys.`;
  return openaiError(401, message, { code: key === undefined ? null : 'invalid_api_key' });
}
