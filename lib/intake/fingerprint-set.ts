/** Slots of the first block and of the largest; each block is twice the one before, three quarters of it filled. */
const firstSlots = 1 << 16;
const mostSlots = 1 << 22;
/** Bits of the sieve, from the second block on: 4 MiB. */
const sieveBits = 1 << 25;

// Looked up once: inside a vm context, such as Jest's, each look at a global costs a hundred times the multiplication.
const { imul } = Math;

/** Of one string, as the set asks for it. */
export interface Fingerprint {
  /** Where it goes in a table. */
  readonly place: number;
  /** What stands there, never 0. */
  readonly mark: number;
}

interface Block {
  readonly table: Uint32Array;
  used: number;
}

/**
 * Which strings were met before, in about eight bytes each. Answers "maybe" with an error
 * of about one in a thousand million per block, so a `true` that would refuse something must be checked exactly.
 */
export class FingerprintSet {
  readonly #blocks: Block[] = [];
  /** What is not in here is in no block: one look at memory instead of one a block. */
  #sieve: Uint32Array | undefined;

  has({ place, mark }: Fingerprint): boolean {
    if (this.#sieve !== undefined && !isMarked(this.#sieve, mark)) return false;
    return this.#blocks.some(({ table }) => table[find(table, place, mark)] === mark);
  }

  add({ place, mark }: Fingerprint): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.used >= block.table.length * 0.75) {
      const slots = block === undefined ? firstSlots : Math.min(block.table.length * 2, mostSlots);
      block = { table: new Uint32Array(slots), used: 0 };
      this.#blocks.push(block);
      if (this.#blocks.length === 2) this.#sieve = sieveOf(this.#blocks);
    }
    if (this.#sieve !== undefined) setMark(this.#sieve, mark);
    const slot = find(block.table, place, mark);
    if (block.table[slot] === mark) return;
    block.table[slot] = mark;
    block.used++;
  }
}

/** The slot that holds the mark, or the empty one where it would go. */
function find(table: Uint32Array, place: number, mark: number): number {
  const mask = table.length - 1;
  let slot = place & mask;
  while (table[slot] !== 0 && table[slot] !== mark) slot = (slot + 1) & mask;
  return slot;
}

function sieveOf(blocks: readonly Block[]): Uint32Array {
  const sieve = new Uint32Array(sieveBits / 32);
  for (const { table } of blocks) for (const mark of table) if (mark !== 0) setMark(sieve, mark);
  return sieve;
}

function isMarked(sieve: Uint32Array, mark: number): boolean {
  const bit = mark & (sieveBits - 1);
  return ((sieve[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
}

function setMark(sieve: Uint32Array, mark: number): void {
  const bit = mark & (sieveBits - 1);
  sieve[bit >>> 5] = (sieve[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

/** Two independent 32-bit hashes in one pass (FNV-1a and a multiply-rotate); 0 stands for an empty slot. */
export function fingerprint(text: string): Fingerprint {
  let a = 0x811c9dc5;
  let b = text.length ^ 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = imul(a ^ code, 0x01000193);
    b = imul(b ^ code, 0x85ebca6b);
    b = (b << 13) | (b >>> 19);
  }
  a ^= a >>> 15;
  b = imul(b ^ (b >>> 16), 0xc2b2ae35);
  b ^= b >>> 13;
  return { place: a >>> 0, mark: b >>> 0 === 0 ? 1 : b >>> 0 };
}
