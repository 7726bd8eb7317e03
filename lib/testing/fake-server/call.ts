/**
 * What a request to a fake server is for. `request` is an ordinary one; `batch.line` is one line of a native batch, run
 * by the server itself. The others are named after the provider's resources.
 */
export type Operation =
  | 'request'
  | 'batch.line'
  | 'models.list'
  | 'files.create'
  | 'files.upload'
  | 'files.get'
  | 'files.list'
  | 'files.content'
  | 'files.delete'
  | 'batches.create'
  | 'batches.get'
  | 'batches.list'
  | 'batches.cancel'
  | 'batches.delete'
  | 'unknown';

/** One request (or one line of a batch) as the server sees it. */
export interface Call {
  readonly operation: Operation;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Stable hash of the body; of method and path where there is none. */
  readonly key: string;
  /** Number of this call among those of its operation, from 1; of a batch line: its number in the input. */
  readonly n: number;
  /** Number of this call among those with its operation and key, from 1. Counted while a fault plan is set. */
  readonly attempt: number;
  /** The parsed JSON body, if there is one. */
  readonly body: unknown;
  /** The body as text; empty for uploads. */
  readonly text: string;
  /** Of a batch line: its `custom_id` or `key`. */
  readonly itemId?: string;
}
