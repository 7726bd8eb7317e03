import type { BatchOptions } from './batch-options.js';
import type { FakeClock } from './clock.js';
import type { FaultChooser } from './fault-plan.js';
import type { Ledger } from './ledger.js';
import type { Quotas } from './quotas.js';
import type { TempFolder } from './temp-folder.js';

/** What a provider's API is built on: made before the API, owned by the server. */
export interface ServerParts {
  readonly clock: FakeClock;
  readonly ledger: Ledger;
  readonly chooser: FaultChooser;
  readonly quotas: Quotas;
  readonly seed: number;
  readonly temp: TempFolder;
  /** As they are now. */
  readonly batchOptions: () => BatchOptions;
  /** Aborted when the server closes. */
  readonly signal: AbortSignal;
  /** `http://127.0.0.1:PORT`; the port is known once the server listens. */
  readonly origin: () => string;
}
