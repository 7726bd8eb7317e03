/** Enough to see what a line is that is too long to be kept. */
const excerpt = 500;

/** A line while it comes: its bytes, or only how it began once it has more of them than the longest. */
export class OpenLine {
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(private readonly longest: number) {}

  get length(): number {
    return this.#length;
  }

  get isTooLong(): boolean {
    return this.#length > this.longest;
  }

  add(piece: Buffer): void {
    const length = this.#length + piece.length;
    if (!this.isTooLong) {
      this.#pieces.push(piece);
      // A copy: a part of the bytes would hold all of them.
      if (length > this.longest) this.#pieces = [Buffer.concat(this.#pieces, excerpt)];
    }
    this.#length = length;
  }

  /** Its text, without a byte order mark where there may be one; the next line begins. One too long is never JSON. */
  end(first: boolean): string {
    const [piece = Buffer.alloc(0)] = this.#pieces;
    const bytes = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces);
    const mark = first && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    const text = bytes.toString('utf8', mark).trim();
    const whole = this.isTooLong ? `${text}…` : text;
    this.#pieces = [];
    this.#length = 0;
    return whole;
  }
}
