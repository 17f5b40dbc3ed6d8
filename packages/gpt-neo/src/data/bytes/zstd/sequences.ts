import { backwardStart, bitsAt } from "./bits.ts";
import { Damage } from "./damage.ts";
import { constantTable, type FseTable, readFseTable } from "./fse.ts";
import { type Codes, literalLengths, matchLengths, offsets } from "./sequence-codes.ts";

/** What sequences of a later block of the frame may use again. */
export interface SequenceState {
  literals?: FseTable;
  offsets?: FseTable;
  matches?: FseTable;
  /** The last three distances. */
  readonly recent: [number, number, number];
}

/** Where a block's bytes go: after `at`, with all that matches may refer to before it. */
export interface Output {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** How far back a match may reach. */
  readonly window: number;
  /** No block gives more than this. */
  readonly maxSize: number;
}

/** The largest code whose distances fit a window of 2 GiB. */
const maxOffsetCode = 31;

/** Joins literals and matches into `output`, and says where it ends. */
export function runSequences(
  bytes: Uint8Array,
  start: number,
  end: number,
  literals: Uint8Array,
  literalsSize: number,
  state: SequenceState,
  output: Output,
): number {
  let next = start;
  const byte = (): number => {
    if (next >= end) throw new Damage("a block's sequences are missing");
    return bytes[next++]!;
  };
  let count = byte();
  if (count === 255) count = byte() + byte() * 256 + 0x7f00;
  else if (count >= 128) count = (count - 128) * 256 + byte();

  const { bytes: out, window } = output;
  const limit = output.at + output.maxSize;
  let at = output.at;
  let literal = 0;
  if (count === 0) {
    if (next !== end) throw new Damage("bytes follow a block without sequences");
  } else {
    const modes = byte();
    if (modes & 3) throw new Damage("a reserved bit is set");
    const table = (mode: number, codes: Codes, previous: FseTable | undefined): FseTable => {
      if (mode === 0) return codes.standard;
      if (mode === 1) {
        const only = byte();
        if (only >= codes.base.length) throw new Damage("a sequence code does not exist");
        return constantTable(only);
      }
      if (mode === 3) {
        if (!previous) throw new Damage("sequences refer to a table that is not there");
        return previous;
      }
      const read = readFseTable(bytes, next, end, codes.base.length - 1, codes.maxLog);
      next = read.end;
      return read.table;
    };
    const ll = table(modes >> 6, literalLengths, state.literals);
    const of = table((modes >> 4) & 3, offsets, state.offsets);
    const ml = table((modes >> 2) & 3, matchLengths, state.matches);
    Object.assign(state, { literals: ll, offsets: of, matches: ml });

    const first = next * 8;
    let bit = backwardStart(bytes, next, end);
    bit -= ll.log;
    let llState = bitsAt(bytes, bit, ll.log);
    bit -= of.log;
    let ofState = bitsAt(bytes, bit, of.log);
    bit -= ml.log;
    let mlState = bitsAt(bytes, bit, ml.log);
    const llBase = literalLengths.base;
    const llBits = literalLengths.bits;
    const mlBase = matchLengths.base;
    const mlBits = matchLengths.bits;
    let [r0, r1, r2] = state.recent;

    for (let left = count; left > 0; left--) {
      const ofCode = of.symbol[ofState]!;
      const mlCode = ml.symbol[mlState]!;
      const llCode = ll.symbol[llState]!;
      if (ofCode > maxOffsetCode) throw new Damage("a match reaches back too far");
      let value = (1 << ofCode) >>> 0;
      if (ofCode > 16) {
        bit -= ofCode - 16;
        value += bitsAt(bytes, bit, ofCode - 16) << 16;
        bit -= 16;
        value += bitsAt(bytes, bit, 16);
      } else {
        bit -= ofCode;
        value += bitsAt(bytes, bit, ofCode);
      }
      bit -= mlBits[mlCode]!;
      const match = mlBase[mlCode]! + bitsAt(bytes, bit, mlBits[mlCode]!);
      bit -= llBits[llCode]!;
      const plain = llBase[llCode]! + bitsAt(bytes, bit, llBits[llCode]!);

      // Values up to three name a recent distance; without literals, the one after it.
      let distance = value - 3;
      if (value > 3) {
        r2 = r1;
        r1 = r0;
        r0 = distance;
      } else {
        const which = plain === 0 ? value : value - 1;
        distance = which === 0 ? r0 : which === 1 ? r1 : which === 2 ? r2 : r0 - 1;
        if (which > 1) r2 = r1;
        if (which > 0) r1 = r0;
        r0 = distance;
      }

      const matchAt = at + plain;
      const after = matchAt + match;
      if (literal + plain > literalsSize)
        throw new Damage("a sequence takes more literals than are");
      if (after > limit) throw new Damage("a block is larger than allowed");
      if (distance <= 0 || distance > matchAt || distance > window) {
        throw new Damage("a match reaches back too far");
      }
      while (at < matchAt) out[at++] = literals[literal++]!;
      if (match > 32 && distance >= match) {
        out.copyWithin(at, at - distance, at - distance + match);
        at = after;
      } else {
        for (let from = at - distance; at < after; ) out[at++] = out[from++]!;
      }

      if (left > 1) {
        bit -= ll.bits[llState]!;
        llState = ll.base[llState]! + bitsAt(bytes, bit, ll.bits[llState]!);
        bit -= ml.bits[mlState]!;
        mlState = ml.base[mlState]! + bitsAt(bytes, bit, ml.bits[mlState]!);
        bit -= of.bits[ofState]!;
        ofState = of.base[ofState]! + bitsAt(bytes, bit, of.bits[ofState]!);
      }
      if (bit < first) throw new Damage("a block's sequences end early");
    }
    if (bit !== first) throw new Damage("a block's sequences have bits left over");
    state.recent[0] = r0;
    state.recent[1] = r1;
    state.recent[2] = r2;
  }
  const rest = literalsSize - literal;
  if (at + rest > limit) throw new Damage("a block is larger than allowed");
  out.set(literals.subarray(literal, literalsSize), at);
  return at + rest;
}
