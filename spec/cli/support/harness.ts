import { startFakeOpenAI } from '../../../lib/testing/fake-openai/start-fake-openai.js';
import type { FakeServer } from '../../../lib/testing/fake-server/fake-server.js';
import { startCli, type Outcome, type TestIoOptions, type TestRun } from './test-io.js';
import { jsonLines, Workspace, type JsonLine } from './workspace.js';

/** A folder and a fake OpenAI of its own for each test of the file, and command lines that run in there. */
export interface Harness {
  readonly space: Workspace;
  readonly server: FakeServer;
  start(line: string | readonly string[], options?: Partial<TestIoOptions>): TestRun;
  /** The words of a line, or the line where no word has a space. */
  call(line: string | readonly string[], options?: Partial<TestIoOptions>): Promise<Outcome>;
  /** A command line with the options that lead it to the fake server. */
  openai(line: string): string;
  /** The newest job, as `list --json` tells of it. */
  job(): Promise<JsonLine | undefined>;
  /** Requests the server has seen. */
  requests(): number;
}

export function harness(): Harness {
  let space: Workspace;
  let server: FakeServer;
  beforeEach(async () => {
    space = new Workspace();
    server = await startFakeOpenAI();
  });
  afterEach(async () => {
    await server.close();
    space.remove();
  });
  const start: Harness['start'] = (line, options = {}) =>
    startCli(typeof line === 'string' ? line.split(' ') : line, {
      cwd: space.folder,
      env: { OPENAI_API_KEY: 'sk-test' },
      ...options,
    });
  const call: Harness['call'] = async (line, options) => await start(line, options).outcome;
  return {
    get space() {
      return space;
    },
    get server() {
      return server;
    },
    start,
    call,
    openai: (line) => `${line} --provider openai --model m --base-url ${server.url}`,
    job: async () => jsonLines((await call('list --json')).stdout)[0],
    requests: () => server.ledger.requests,
  };
}
