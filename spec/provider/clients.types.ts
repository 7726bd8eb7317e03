import { OpenAI as OpenAI6, AzureOpenAI as Azure6 } from 'openai';
import { OpenAI as OpenAI7 } from 'openai-7';
import { GoogleGenAI as Gemini2 } from '@google/genai';
import { GoogleGenAI as Gemini3 } from 'genai-3';
import { gemini } from '../../lib/provider/gemini/gemini';
import { openai } from '../../lib/provider/openai/openai';

/** Checked by `tsc`, not run: clients of both majors fit the option `client`. */
export const accepted = [
  openai({ client: new OpenAI6() }),
  openai({ client: new Azure6() }),
  openai({ client: new OpenAI7() }),
  gemini({ client: new Gemini2({}) }),
  gemini({ client: new Gemini3({}) }),
];
