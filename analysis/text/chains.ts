// Follows `a->b[i].c` through the tokens and notes what happens at its end: it is assigned, its address is taken, it is called.
// Whoever stores into a field or calls through it is found by this without a parser; it may say too much, never too little.
import { ASSIGNED, CALLED, MEMBER, PLAIN, STORED, THROUGH, type Entries } from './postings.js';

/** How a word is reached from what stands before it. */
export type Access = 'none' | 'dot' | 'arrow';

/** What a bracket that is open was opened for. */
const [GROUP, CALL, INDEX] = [0, 1, 2];

/** Deeper brackets are counted, and what stands before them is forgotten. */
const MAX_DEPTH = 256;

export class Chains {
  /** Place of the last word of the chain; -1 for none. */
  private slot = -1;
  /** Place of the word that it begins with, while what is stored into it is stored into that word too. */
  private root = -1;
  private member = false;
  /** `&` or `++` stands before it. */
  private prefixed = false;
  /** The same of what comes next. */
  private pending = false;
  private brackets = 0;
  private readonly slots = new Int32Array(MAX_DEPTH);
  private readonly roots = new Int32Array(MAX_DEPTH);
  /** What the bracket is for, and twice the flags of the chain before it. */
  private readonly states = new Uint8Array(MAX_DEPTH);

  constructor(private readonly entries: Entries) {}

  reset(): void {
    this.drop();
    this.brackets = 0;
  }

  /** How many brackets are open. */
  get depth(): number {
    return this.brackets;
  }

  /** Forgets the innermost open brackets: another arm of a conditional begins. */
  shrink(depth: number): void {
    this.end();
    this.brackets = Math.min(this.brackets, depth);
  }

  /** The word that the text ends with; -1 when it ends otherwise. */
  get tail(): number {
    return this.slot < 0 ? -1 : this.entries.word(this.slot);
  }

  get tailIsMember(): boolean {
    return this.member;
  }

  word(slot: number, access: Access): void {
    if (access === 'none') {
      const { pending } = this;
      this.end();
      this.prefixed = pending;
      this.root = slot;
    } else if (access === 'arrow') this.root = -1;
    this.slot = slot;
    this.member = access !== 'none';
    this.entries.mark(slot, this.member ? MEMBER : PLAIN);
  }

  /** `&x` or `++x`. */
  prefix(): void {
    this.end();
    this.pending = true;
  }

  assign(): void {
    this.store();
    this.end();
  }

  /** A `++` or `--`, which may stand on either side. */
  stepped(afterValue: boolean): void {
    if (afterValue) this.store();
    else this.prefix();
  }

  open(afterValue: boolean, afterWord: boolean): void {
    if (afterValue && this.slot >= 0) {
      this.entries.mark(this.slot, afterWord && !this.member ? CALLED : THROUGH);
      this.push(CALL);
    } else {
      const { pending } = this;
      this.end();
      this.prefixed = pending;
      this.push(GROUP);
    }
    this.drop();
  }

  close(): void {
    if (this.prefixed) this.store();
    this.pending = false;
    const how = this.popped();
    if (how === GROUP) this.prefixed = ((this.states[this.brackets] ?? 0) & PREFIXED) !== 0;
    else this.restore();
    // What a call gives is a word of its own: `fd_of(c) = 3` stores into what the macro stands for.
    if (how === CALL) {
      this.root = -1;
      this.member = false;
    }
  }

  openIndex(): void {
    this.push(INDEX);
    this.drop();
  }

  closeIndex(): void {
    this.end();
    this.popped();
    this.restore();
  }

  /** Nothing that follows belongs to the chain. */
  end(): void {
    if (this.prefixed) this.store();
    this.drop();
  }

  private drop(): void {
    this.slot = this.root = -1;
    this.member = this.prefixed = this.pending = false;
  }

  private push(how: number): void {
    const at = this.brackets++;
    if (at >= MAX_DEPTH) return;
    this.slots[at] = this.slot;
    this.roots[at] = this.root;
    this.states[at] = how + (this.prefixed ? PREFIXED : 0) + (this.member ? IS_MEMBER : 0);
  }

  /** Closes the innermost bracket, and says what it was for. */
  private popped(): number {
    if (this.brackets === 0) {
      this.states[0] = GROUP;
      this.slots[0] = this.roots[0] = -1;
      return GROUP;
    }
    this.brackets--;
    return this.brackets < MAX_DEPTH ? (this.states[this.brackets] ?? 0) & 3 : GROUP;
  }

  /** The chain before the bracket that was closed goes on. */
  private restore(): void {
    const state = this.states[this.brackets] ?? 0;
    this.slot = this.slots[this.brackets] ?? -1;
    this.root = this.roots[this.brackets] ?? -1;
    this.prefixed = (state & PREFIXED) !== 0;
    this.member = (state & IS_MEMBER) !== 0;
  }

  private store(): void {
    const { slot, root, member, entries } = this;
    if (slot < 0) return;
    entries.mark(slot, member ? STORED : ASSIGNED);
    if (root >= 0 && root !== slot) entries.mark(root, ASSIGNED);
  }
}

const [PREFIXED, IS_MEMBER] = [4, 8];
