import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';
import { item, verdict } from './support/ask';

jest.mock('../../lib/platform/require-module', () => ({
  ...jest.requireActual<object>('../../lib/platform/require-module'),
  requireModule: (name: string) => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  },
}));

it.each([
  [
    'openai',
    () => openai({ apiKey: 'k123', defaultModel: 'm' }),
    'The provider "openai" needs the package "openai": npm install openai',
  ],
  [
    'gemini',
    () => gemini({ apiKey: 'k123', defaultModel: 'm' }),
    'The provider "gemini" needs the package "@google/genai": npm install @google/genai',
  ],
] as const)('%s without its SDK says what to install, and would stop a job', async (_name, make, message) => {
  expect(() => make().prepare?.()).toThrow(expect.objectContaining({ code: 'sdk_missing', message }));
  expect(await verdict(make(), item('x'))).toMatchObject({
    kind: 'stop',
    status: 'failed',
    code: 'sdk_missing',
    error: { message },
  });
});
