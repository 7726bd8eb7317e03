import { json, type Reply } from '../fake-server/reply.js';

export interface ErrorParts {
  /** Default `invalid_request_error`. */
  readonly type?: string;
  /** Default null. */
  readonly code?: string | null;
  /** Default null. */
  readonly param?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with OpenAI's error body. */
export function openaiError(status: number, message: string, parts: ErrorParts = {}): Reply {
  const { type = 'invalid_request_error', code = null, param = null, headers = {} } = parts;
  return json(status, { error: { message, type, param, code } }, { headers });
}

export function missingParameter(param: string): Reply {
  return openaiError(400, `Missing required parameter: '${param}'.`, { code: 'missing_required_parameter', param });
}

export function noSuchModel(model: string): Reply {
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return openaiError(404, message, { code: 'model_not_found' });
}
