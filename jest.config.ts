import type { Config } from 'jest';

/** Specs read `lib/` through ts-jest; `npm run typecheck` checks their types, so transpiling is enough here. */
const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/spec'],
  // @google/genai looks for Node's dispatcher on a global object that Jest's sandbox replaces.
  setupFiles: ['<rootDir>/spec/support/node-dispatcher.ts'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/spec/integration/'],
  transform: { '^.+\\.ts$': 'ts-jest' },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^openapi-batch$': '<rootDir>/lib/index.ts',
    '^openapi-batch/browser$': '<rootDir>/lib/browser/index.ts',
    '^openapi-batch/http$': '<rootDir>/lib/http/index.ts',
    '^openapi-batch/testing$': '<rootDir>/lib/testing/index.ts',
  },
  testTimeout: 30_000,
};

export default config;
