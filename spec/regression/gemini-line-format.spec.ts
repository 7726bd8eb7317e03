import { bench } from './support/native-job.js';

type Body = Record<string, Record<string, unknown> | undefined>;

// googleapis/js-genai#846 (the system instruction silently dropped), UKGovernmentBEIS/inspect_ai#3273 and #5100 (settings must
// be in `generationConfig`, the instruction a `Content`): what the SDK does for requests nobody does for lines of a file.
describe("lines of Gemini's batches", () => {
  const { gemini, client } = bench();

  it('carry the system instruction and the settings as a request does', async () => {
    const bodies: Body[] = [];
    await gemini({ answer: ({ body, text }) => (bodies.push(body as Body), text) });
    const items = [{ itemId: 'a', input: { prompt: 'Hello', system: 'Be brief' } }];
    const params = { temperature: 0.5, maxOutputTokens: 9 };
    for (const mode of ['native', 'emulated'] as const) await client().map({ items, mode, params }).wait();
    const [line, request] = bodies;
    expect(line).toMatchObject({ generationConfig: { temperature: 0.5, maxOutputTokens: 9 } });
    expect(line?.['systemInstruction']?.['parts']).toEqual([{ text: 'Be brief' }]);
    expect(line?.['generationConfig']).toEqual(request?.['generationConfig']);
    expect(line?.['systemInstruction']).toEqual(request?.['systemInstruction']);
    expect(line?.['contents']).toEqual(request?.['contents']);
  });
});
