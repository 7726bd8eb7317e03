import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What is used of `@langchain/openai`, which is no package of the project's own. */
interface LangChain {
  readonly ChatOpenAI: new (fields: Readonly<Record<string, unknown>>) => ChatModel;
}

export interface ChatModel {
  batch(inputs: readonly string[], options?: object, batchOptions?: { returnExceptions: true }): Promise<unknown[]>;
}

/** A model as LangChain has it by default, from the folder the peers are installed in. */
export function chatModel(peers: string, port: number, maxConcurrency: number): ChatModel {
  const { ChatOpenAI } = createRequire(join(peers, 'package.json'))('@langchain/openai') as LangChain;
  const configuration = { baseURL: `http://127.0.0.1:${port}/v1` };
  return new ChatOpenAI({ model: 'bench', apiKey: 'none', maxConcurrency, configuration });
}
