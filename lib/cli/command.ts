import type { Mode, RunMode } from '../core/job.js';
import type { RunOptions } from '../options/run-options.js';

export const providers = ['openai', 'gemini', 'local_echo'] as const;

export type KnownProvider = (typeof providers)[number];

/** Where a command finds its jobs. */
export interface DatabaseFlags {
  /** Path as typed; default `OPENAPI_BATCH_DB`, else `openapi-batch.sqlite` in the current folder. */
  readonly db?: string | undefined;
  /** Machine-readable answers. */
  readonly json: boolean;
}

/** How a command that works on a job writes and shows it. */
export interface WatchFlags extends DatabaseFlags {
  /** Path as typed, `-` for stdout. */
  readonly output?: string | undefined;
  /** In the order of the input instead of completion. */
  readonly ordered: boolean;
  /** Append each result as it comes, instead of writing the file at the end. */
  readonly follow: boolean;
  readonly baseURL?: string | undefined;
  /** Only what was given on the command line. */
  readonly options: RunOptions;
}

export interface RunCommand extends WatchFlags {
  readonly name: 'run';
  /** Path as typed, `-` for stdin. */
  readonly input: string;
  readonly provider?: KnownProvider | undefined;
  readonly model?: string | undefined;
  readonly mode?: Mode | undefined;
  readonly jobId?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Only the first so many requests. */
  readonly limit?: number | undefined;
}

export interface ResumeCommand extends WatchFlags {
  readonly name: 'resume';
  readonly jobId: string;
  /** Finish with the items a half-read input left. */
  readonly partial: boolean;
  readonly mode?: RunMode | undefined;
}

export interface RetryCommand extends WatchFlags {
  readonly name: 'retry';
  readonly jobId: string;
  readonly mode?: RunMode | undefined;
}

export interface ListCommand extends DatabaseFlags {
  readonly name: 'list';
}

/** Commands about one job that need no more than its id. */
export interface JobCommand extends DatabaseFlags {
  readonly name: 'status' | 'cancel' | 'delete';
  readonly jobId: string;
}

export interface ResultsCommand extends DatabaseFlags {
  readonly name: 'results';
  readonly jobId: string;
  readonly only: 'all' | 'ok' | 'failed';
  readonly output?: string | undefined;
  readonly ordered: boolean;
  /** Read a damaged database page by page. */
  readonly salvage: boolean;
}

export interface ServeCommand extends DatabaseFlags {
  readonly name: 'serve';
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Show the page in a browser. */
  readonly open: boolean;
  /** What new jobs are started with; without it the server starts none. */
  readonly provider?: KnownProvider | undefined;
  readonly model?: string | undefined;
  readonly baseURL?: string | undefined;
}

/** What a command line asks for. */
export type Command =
  RunCommand | ResumeCommand | RetryCommand | ListCommand | JobCommand | ResultsCommand | ServeCommand;
