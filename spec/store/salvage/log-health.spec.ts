import { LogHealth } from '../../../lib/store/salvage/log-health.js';

/** `.` an intact frame, `c` one that is a commit, `x` a broken one. */
function isDamaged(frames: string, headerIntact = true): boolean {
  const health = new LogHealth(headerIntact);
  for (const frame of frames) {
    if (frame === 'x') health.broken();
    else health.intact(frame === 'c');
  }
  return health.damaged;
}

describe('LogHealth', () => {
  it.each([
    ['a whole log', '..c.c...c', false],
    ['one cut off in a transaction', '..c.c..', false],
    ['one that ends in something else', '..c.cxxxx', false],
    ['the rest of a commit that did not happen, behind a shorter one', '..c.cx..c', false],
    ['the rests of two', '..c.cx.cx..c', false],
    ['a hole in a transaction that was committed', '..c.x.c', true],
    ['a hole behind a commit, with more than one behind it', '..c.cx..c.c', true],
    ['two frames lost', '..c.cxx..c', true],
  ])('%s: %s', (_what, frames, damaged) => expect(isDamaged(frames)).toBe(damaged));

  it('a log without its header has lost what stands behind', () => {
    expect(isDamaged('x.c', false)).toBe(true);
    expect(isDamaged('xxx', false)).toBe(false);
  });
});
