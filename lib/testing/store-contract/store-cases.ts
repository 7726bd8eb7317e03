import type { BatchStore } from '../../store/store.js';
import type { OpenStore, StoreContractFramework } from './framework.js';
import { openJob, type OpenJob } from './test-data.js';

/** What each part of the contract is written with. */
export interface StoreCases extends Pick<StoreContractFramework, 'expect'> {
  /** A test with a new store, closed after it whatever happens. */
  readonly withStore: (title: string, body: (store: BatchStore, job: OpenJob) => void) => void;
  /** A test that needs the same store twice; means nothing to a store that lives in memory. */
  readonly withLocation: (title: string, body: (first: BatchStore, again: () => BatchStore) => void) => void;
}

export function storeCases(open: OpenStore, { it, expect }: StoreContractFramework): StoreCases {
  return {
    expect,
    withStore: (title, body) => {
      it(title, () => {
        const store = open();
        try {
          body(store, openJob(store));
        } finally {
          store.close();
        }
      });
    },
    withLocation: (title, body) => {
      it(title, () => {
        const opened = [open()];
        const again = (): BatchStore => {
          const store = open(opened[0]?.location);
          opened.push(store);
          return store;
        };
        try {
          if (opened[0] !== undefined && opened[0].location !== ':memory:') body(opened[0], again);
        } finally {
          for (const store of opened) store.close();
        }
      });
    },
  };
}
