import { MultiBar, type SingleBar } from 'cli-progress';
import type { Progress, ShardProgress } from 'openapi-batch';
import type { ProgressView } from './progress-view.js';

/** A bar per shard on a terminal, a line for each change of a shard where there is none. */
export function shardView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? bars(stream) : lines(stream);
}

function bars(stream: NodeJS.WriteStream): ProgressView {
  const view = new MultiBar({
    stream,
    format: '{name} [{bar}] {text}',
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 28,
    hideCursor: true,
    emptyOnZero: true,
  });
  const drawn = new Map<number, SingleBar>();
  let whole: SingleBar | undefined;
  return {
    update: (progress) => {
      if (progress.total === 0) return;
      whole ??= view.create(progress.total, 0, { name: 'job     ', text: '' });
      whole.setTotal(progress.total);
      whole.update(progress.done, { text: `${String(progress.done)}/${String(progress.total)} results stored` });
      for (const shard of progress.shards ?? []) {
        const bar = drawn.get(shard.shard) ?? view.create(shard.total, 0, { name: name(shard), text: '' });
        drawn.set(shard.shard, bar);
        bar.update(shard.completed + shard.failed, { text: describe(shard) });
      }
    },
    stop: () => view.stop(),
  };
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  const told = new Map<number, string>();
  return {
    update: ({ shards = [] }: Progress) => {
      for (const shard of shards) {
        if (told.get(shard.shard) === shard.status) continue;
        told.set(shard.shard, shard.status);
        stream.write(`${name(shard)} ${describe(shard)}\n`);
      }
    },
    stop: () => undefined,
  };
}

const name = ({ shard }: ShardProgress): string => `shard ${String(shard).padEnd(2)}`;

/** `in_progress, 40/100 at the provider, batch_6a…`. */
function describe({ status, completed, failed, total, batchId }: ShardProgress): string {
  const counts = `${String(completed + failed)}/${String(total)} at the provider`;
  return [status, counts, ...(batchId === null ? [] : [batchId])].join(', ');
}
