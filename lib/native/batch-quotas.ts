import type { SchedulerLike } from 'rxjs';
import type { NativeCaps } from '../provider/native.js';
import { BatchQuota } from './batch-quota.js';

/** One {@link BatchQuota} per quota scope, shared by all jobs of a client. */
export class BatchQuotas {
  readonly #quotas = new Map<string, BatchQuota>();

  constructor(private readonly options: { readonly scheduler: SchedulerLike; readonly random: () => number }) {}

  /** The caps given last are the ones in force. */
  quota(scope: string, caps: NativeCaps): BatchQuota {
    const found = this.#quotas.get(scope);
    if (found !== undefined) {
      found.configure(caps);
      return found;
    }
    const made = new BatchQuota(caps, this.options);
    this.#quotas.set(scope, made);
    return made;
  }
}
