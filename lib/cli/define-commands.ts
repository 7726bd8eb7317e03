import { Argument, Option, type Command as Program } from 'commander';
import type { Mode, RunMode } from '../core/job.js';
import { providers, type Command, type JobCommand, type KnownProvider } from './command.js';
import {
  databaseFlags,
  watchFlags,
  withDatabase,
  withWatching,
  type DatabaseValues,
  type WatchValues,
} from './option-groups.js';
import { httpUrl, notEmpty, port, wholeFrom } from './option-values.js';

interface RunValues extends WatchValues {
  readonly provider?: KnownProvider;
  readonly model?: string;
  readonly mode?: Mode;
  readonly jobId?: string;
  readonly endpoint?: string;
  readonly limit?: number;
}

interface ResultsValues extends DatabaseValues {
  readonly only?: 'ok' | 'failed';
  readonly output?: string;
  readonly ordered?: true;
  readonly salvage?: true;
}

interface ServeValues extends DatabaseValues {
  readonly port?: number;
  readonly host?: string;
  readonly open?: true;
  readonly provider?: KnownProvider;
  readonly model?: string;
  readonly baseUrl?: string;
}

/** Declares every command with its options; an action hands over the command it found. */
export function defineCommands(program: Program, found: (command: Command) => void): void {
  const jobId = (): Argument => new Argument('<job-id>', 'as printed by run, or by list').argParser(notEmpty);

  withWatching(program.command('run'))
    .description('run the requests of a JSONL file; the same command again goes on where it stopped')
    .argument('<requests.jsonl>', 'one request per line; - for stdin', notEmpty)
    .addOption(
      new Option('--provider <name>', 'default: by the format of the file, else by the key that is set').choices(
        providers,
      ),
    )
    .option('--model <name>', 'for requests that name none', notEmpty)
    .addOption(new Option('--mode <mode>', 'how to send them (default: auto)').choices(['auto', 'native', 'emulated']))
    .option('--job-id <id>', 'default: made from the file, provider, endpoint and model', notEmpty)
    .option('--endpoint <endpoint>', 'such as /v1/embeddings (default: as the file says)', notEmpty)
    .option('--limit <n>', 'only the first so many requests; a later run without it does the rest', wholeFrom(1))
    .action((input: string, values: RunValues) => {
      const { provider, model, mode, endpoint, limit } = values;
      found({ name: 'run', input, provider, model, mode, jobId: values.jobId, endpoint, limit, ...watchFlags(values) });
    });

  withWatching(program.command('resume'))
    .description('go on with a job that was paused, failed or interrupted')
    .addArgument(jobId())
    .option('--partial', 'finish a job whose input was never read to its end with the requests it has')
    .addOption(otherMode())
    .action((id: string, values: WatchValues & { partial?: true; mode?: RunMode }) => {
      const { partial = false, mode } = values;
      found({ name: 'resume', jobId: id, partial, mode, ...watchFlags(values) });
    });

  withWatching(program.command('retry'))
    .description('send the failed items of a job again')
    .addArgument(jobId())
    .addOption(otherMode())
    .action((id: string, values: WatchValues & { mode?: RunMode }) =>
      found({ name: 'retry', jobId: id, mode: values.mode, ...watchFlags(values) }),
    );

  withDatabase(program.command('list'), 'one JSON line per job')
    .description('all jobs, newest first')
    .action((values: DatabaseValues) => found({ name: 'list', ...databaseFlags(values) }));

  withDatabase(program.command('results'))
    .description('write the results of a job so far as JSON lines')
    .addArgument(jobId())
    .addOption(new Option('--only <which>', 'default: all').choices(['ok', 'failed']))
    .option('-o, --output <file>', 'default: stdout', notEmpty)
    .option('--ordered', 'in the order of the input')
    .option('--salvage', 'read what is left of a damaged database; it is opened read-only and not changed')
    .action((id: string, values: ResultsValues) => {
      const { only = 'all', output, ordered = false, salvage = false } = values;
      found({ name: 'results', jobId: id, only, output, ordered, salvage, ...databaseFlags(values) });
    });

  withDatabase(program.command('serve'), 'the address as one JSON document')
    .description('a page and an HTTP API over all jobs of the database, on this machine, until Ctrl-C')
    .option('--port <n>', 'default: 4711; 0 for any free one', port)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)', notEmpty)
    .option('--open', 'show the page in a browser')
    .addOption(new Option('--provider <name>', 'for jobs started over HTTP (default: none are)').choices(providers))
    .option('--model <name>', 'for their requests that name none', notEmpty)
    .option('--base-url <url>', 'address of a compatible server', httpUrl)
    .action((values: ServeValues) => {
      const { open = false, provider, model, baseUrl: baseURL } = values;
      const place = { port: values.port ?? 4711, host: values.host ?? '127.0.0.1' };
      found({ name: 'serve', ...place, open, provider, model, baseURL, ...databaseFlags(values) });
    });

  const about: Readonly<Record<JobCommand['name'], readonly [text: string, json: string]>> = {
    status: ['how a job stands, and how to go on', 'one JSON document'],
    cancel: [
      'stop a job for good, also one that runs in another process; answers so far are kept',
      'one JSON document',
    ],
    delete: ['remove a job with its requests and results', 'one JSON document'],
  };
  for (const name of ['status', 'cancel', 'delete'] as const) {
    withDatabase(program.command(name), about[name][1])
      .description(about[name][0])
      .addArgument(jobId())
      .action((id: string, values: DatabaseValues) => found({ name, jobId: id, ...databaseFlags(values) }));
  }
}

const otherMode = (): Option =>
  new Option('--mode <mode>', 'go on in this mode (default: as before)').choices(['native', 'emulated']);
