import * as gemini2 from '@google/genai';
import * as gemini3 from 'genai-3';
import * as openai6 from 'openai';
import * as openai7 from 'openai-7';

/** Both supported majors of each SDK. */
export const openaiMajors: readonly (readonly [string, unknown])[] = [
  ['openai 6', openai6],
  ['openai 7', openai7],
];

export const geminiMajors: readonly (readonly [string, unknown])[] = [
  ['@google/genai 2', gemini2],
  ['@google/genai 3', gemini3],
];
