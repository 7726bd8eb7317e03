import type { Config } from 'jest';
import base from './jest.config';

/** Opt-in: the real APIs, with `OPENAI_API_KEY` or `GEMINI_API_KEY`; a handful of tokens a run. */
const config: Config = {
  ...base,
  testMatch: ['**/spec/integration/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 120_000,
};

export default config;
