import { Option, type Command } from 'commander';
import type { RunOptions } from '../options/run-options.js';
import type { DatabaseFlags, WatchFlags } from './command.js';
import { above1, amount, duration, httpUrl, notEmpty, share, wholeFrom } from './option-values.js';

/** Options as commander hands them to an action, by group. */
export interface DatabaseValues {
  readonly db?: string;
  readonly json?: true;
}

export interface WatchValues extends DatabaseValues {
  readonly output?: string;
  readonly ordered?: true;
  readonly follow?: true;
  readonly baseUrl?: string;
  readonly concurrency?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly maxAttempts?: number;
  readonly attemptTimeout?: number;
  readonly stragglerFactor?: number;
  readonly maxFailures?: number;
  readonly maxFailureRate?: number;
  readonly pollInterval?: number;
  readonly orphanWait?: number;
}

export function withDatabase(command: Command, json?: string): Command {
  command.option('--db <file>', 'database of jobs (default: OPENAPI_BATCH_DB, else openapi-batch.sqlite)', notEmpty);
  return json === undefined ? command : command.option('--json', json);
}

/** Everything the commands that work on a job have in common. */
export function withWatching(command: Command): Command {
  command
    .option('-o, --output <file>', 'write the results here when the job is done; - for stdout, as they come', notEmpty)
    .addOption(new Option('--ordered', 'results in the order of the input').conflicts('follow'))
    .option('--follow', 'append each result to the output as it comes, so that it can be tailed')
    .option('--base-url <url>', 'address of a compatible server', httpUrl)
    .option('--concurrency <n>', 'requests at the same time (default: 50)', wholeFrom(1))
    .option('--rpm <n>', 'at most so many requests a minute, such as 500 or 3.5k', amount)
    .option('--tpm <n>', 'at most so many tokens a minute, such as 30k or 2M', amount)
    .option('--max-attempts <n>', 'attempts per item (default: 5)', wholeFrom(1))
    .option('--attempt-timeout <time>', 'time for one attempt, such as 90s (default: 10m)', duration)
    .option('--straggler-factor <x>', 'give up attempts x times slower than 95% of the others', above1)
    .option('--max-failures <n>', 'pause when more items than this failed', wholeFrom(0))
    .option('--max-failure-rate <share>', 'pause when a larger share of the items failed, such as 5%', share)
    .option('--poll-interval <time>', 'native mode: first wait between two looks at a batch (default: 10s)', duration)
    .option(
      '--orphan-wait <time>',
      'native mode: how long a batch that may exist is looked for (default: 2m)',
      duration,
    );
  return withDatabase(command, 'progress and summary as JSON lines');
}

export const databaseFlags = ({ db, json }: DatabaseValues): DatabaseFlags => ({ db, json: json ?? false });

export function watchFlags(values: WatchValues): WatchFlags {
  const { output, ordered, follow, baseUrl: baseURL } = values;
  const options = runOptions(values);
  return { ...databaseFlags(values), output, ordered: ordered ?? false, follow: follow ?? false, baseURL, options };
}

function runOptions(values: WatchValues): RunOptions {
  const options: RunOptions = {
    concurrency: values.concurrency,
    requestsPerMinute: values.rpm,
    tokensPerMinute: values.tpm,
    maxAttempts: values.maxAttempts,
    attemptTimeoutMs: values.attemptTimeout,
    stragglerFactor: values.stragglerFactor,
    maxFailures: values.maxFailures,
    maxFailureRate: values.maxFailureRate,
    pollIntervalMs: values.pollInterval,
    orphanWaitMs: values.orphanWait,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
