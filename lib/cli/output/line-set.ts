import { createHash } from 'node:crypto';

/** A set of lines that remembers 8 bytes of each: a million lines take 16 to 32 MB. */
export interface LineSet {
  readonly size: number;
  add(line: string): void;
  has(line: string): boolean;
}

export function createLineSet(): LineSet {
  // Open addressing; each slot is two halves of a hash, (0, 0) means empty.
  let slots = new Uint32Array(2 * 1024);
  let size = 0;

  const find = (table: Uint32Array, high: number, low: number): number => {
    const mask = table.length / 2 - 1;
    let slot = (low & mask) * 2;
    while ((table[slot] !== 0 || table[slot + 1] !== 0) && (table[slot] !== high || table[slot + 1] !== low)) {
      slot = (slot + 2) & (table.length - 1);
    }
    return slot;
  };

  const grow = (): void => {
    const larger = new Uint32Array(slots.length * 2);
    for (let i = 0; i < slots.length; i += 2) {
      const [high = 0, low = 0] = slots.subarray(i, i + 2);
      if (high !== 0 || low !== 0) larger.set([high, low], find(larger, high, low));
    }
    slots = larger;
  };

  return {
    get size() {
      return size;
    },
    add: (line) => {
      const [high, low] = hash(line);
      const slot = find(slots, high, low);
      if (slots[slot] !== 0 || slots[slot + 1] !== 0) return;
      slots.set([high, low], slot);
      size++;
      if (size * 4 > slots.length) grow();
    },
    has: (line) => {
      const [high, low] = hash(line);
      const slot = find(slots, high, low);
      return slots[slot] !== 0 || slots[slot + 1] !== 0;
    },
  };
}

function hash(line: string): readonly [high: number, low: number] {
  const digest = createHash('sha1').update(line).digest();
  // Never (0, 0), which would read as an empty slot.
  return [digest.readUInt32LE(0) | 1, digest.readUInt32LE(4)].map((half) => half >>> 0) as [number, number];
}
