import { closingContract } from './closing.js';
import { commitsContract } from './commits.js';
import { controlRequestsContract } from './control-requests.js';
import { cursorsContract } from './cursors.js';
import { deletionContract } from './deletion.js';
import { endsContract } from './ends.js';
import type { OpenStore, StoreContractFramework } from './framework.js';
import { hostileIdsContract } from './hostile-ids.js';
import { itemSearchContract } from './item-search.js';
import { itemsContract } from './items.js';
import { jobsContract } from './jobs.js';
import { leasesContract } from './leases.js';
import { readingContract } from './reading.js';
import { sequencesContract } from './sequences.js';
import { storeCases, type StoreCases } from './store-cases.js';

const parts: Readonly<Record<string, (cases: StoreCases) => void>> = {
  jobs: jobsContract,
  leases: leasesContract,
  'control requests': controlRequestsContract,
  items: itemsContract,
  commits: commitsContract,
  sequences: sequencesContract,
  ends: endsContract,
  reading: readingContract,
  'looking for items': itemSearchContract,
  cursors: cursorsContract,
  deletion: deletionContract,
  'hostile ids': hostileIdsContract,
  closing: closingContract,
};

/**
 * The promises of a `BatchStore`, as tests: run them on a store of your own.
 *
 * ```ts
 * describeStore('my store', (location) => myStore(location ?? freshLocation()), { describe, it, expect });
 * ```
 */
export function describeStore(name: string, open: OpenStore, framework: StoreContractFramework): void {
  const { describe } = framework;
  const cases = storeCases(open, framework);
  describe(name, () => {
    for (const [part, tests] of Object.entries(parts)) describe(part, () => tests(cases));
  });
}
