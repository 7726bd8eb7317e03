import { nextShardState, type ShardEvent } from '../../lib/native/shard-state.js';
import { recoverShard } from '../../lib/native/recover.js';
import type { ShardState } from '../../lib/store/shard-store.js';

const states: ShardState[] = [
  'building',
  'ready',
  'intent',
  'unsure',
  'live',
  'cancelling',
  'ingesting',
  'settling',
  'done',
];
const events: ShardEvent[] = [
  ...(['sealed', 'dropped', 'sending', 'created', 'doubted', 'refused'] as const),
  ...(['found', 'absent', 'crowded', 'cancel', 'ended', 'decided', 'settled'] as const),
];
const moves: Record<string, ShardState> = {
  'building sealed': 'ready',
  'building dropped': 'done',
  'ready sending': 'intent',
  'ready dropped': 'done',
  'intent created': 'live',
  'intent doubted': 'unsure',
  'intent refused': 'ready',
  'intent decided': 'settling',
  'unsure found': 'live',
  'unsure absent': 'ready',
  'unsure decided': 'settling',
  'live cancel': 'cancelling',
  'live crowded': 'ready',
  'live ended': 'ingesting',
  'live decided': 'settling',
  'cancelling ended': 'ingesting',
  'cancelling decided': 'settling',
  'ingesting decided': 'settling',
  'settling settled': 'done',
};

const pairs = states.flatMap((state) => events.map((event) => [state, event] as const));

it.each(pairs)('a shard that is %s and %s', (state, event) => {
  expect(nextShardState(state, event)).toBe(moves[`${state} ${event}`]);
});

it('never leads from a batch that may exist to a second creation but by "absent" or "crowded"', () => {
  const maybeRemote: ShardState[] = ['unsure', 'live', 'cancelling', 'ingesting', 'settling'];
  const back = pairs.filter(
    ([state, event]) => maybeRemote.includes(state) && nextShardState(state, event) === 'ready',
  );
  expect(back).toEqual([
    ['unsure', 'absent'],
    ['live', 'crowded'],
  ]);
});

it.each([
  ['building', null, { kind: 'drop' }],
  ['ready', null, { kind: 'take up', event: null }],
  ['intent', null, { kind: 'take up', event: 'refused' }],
  ['intent', 'file', { kind: 'take up', event: 'doubted' }],
  ['unsure', 'file', { kind: 'take up', event: null }],
  ['live', 'file', { kind: 'take up', event: null }],
  ['cancelling', 'file', { kind: 'take up', event: null }],
  ['ingesting', 'file', { kind: 'take up', event: null }],
  ['settling', 'file', { kind: 'take up', event: null }],
  ['done', 'file', { kind: 'forget' }],
] as const)('after a crash a shard that is %s with file %s', (state, fileId, plan) => {
  expect(recoverShard({ state, fileId })).toEqual(plan);
});
