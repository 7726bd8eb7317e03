import { defaultAnswer, tokensOf } from '../fake-server/answers.js';
import type { FakeClock } from '../fake-server/clock.js';
import { bodyKey } from '../fake-server/hashing.js';
import type { FakeServerOptions } from '../fake-server/options.js';
import { requestText, wantedSchema } from './request-text.js';

/** The model behind every endpoint: a function of the request. */
export interface FakeModel {
  readonly clock: FakeClock;
  readonly embeddingSize: number;
  ask(body: Readonly<Record<string, unknown>>): ModelAnswer;
}

export interface ModelAnswer {
  /** Of the request, for ids. */
  readonly key: string;
  readonly model: string;
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Epoch seconds. */
  readonly created: number;
}

export function createModel(options: FakeServerOptions, clock: FakeClock): FakeModel {
  return {
    clock,
    embeddingSize: options.embeddingSize ?? 16,
    ask: (body) => {
      const { all, last } = requestText(body);
      const model = String(body['model']);
      const text = options.answer?.({ body, model, text: last }) ?? defaultAnswer(last, wantedSchema(body));
      const key = bodyKey(body);
      const created = Math.floor(clock.now() / 1000);
      return {
        key,
        model,
        text,
        inputTokens: Math.max(1, tokensOf(all)),
        outputTokens: Math.max(1, tokensOf(text)),
        created,
      };
    },
  };
}
