import { type Blocks, type Piece, piecesOf, waysFurther } from "./blocks.ts";
import { block, computed, dimsWith, exchanged, type Writing } from "./writing.ts";

/** Blocks with what lies beside them: all margins come in one exchange. */
export function withMargins(writing: Writing, value: number, blocks: Blocks, fill: number): number {
  const { size, before, after } = blocks;
  if (before === 0 && after === 0) return value;
  const { dim } = writing;
  const offsets = [
    { [block]: 0, [dim]: -before },
    ...piecesOf(blocks).flatMap(({ further }) =>
      waysFurther(blocks, further).map((way) => ({
        [block]: way,
        [dim]: -(before + further * size),
      })),
    ),
  ];
  const operands = offsets.map(() => value);
  return exchanged(writing, operands, offsets, before + size + after, fill);
}

/** Blocks to which what lies in others' margins has been added: it goes there in one exchange. */
export function withoutMargins(writing: Writing, value: number, blocks: Blocks): number {
  const { size, before, after } = blocks;
  if (before === 0 && after === 0) return value;
  const own = placed(writing, value, -before, size);
  const pieces = piecesOf(blocks);
  if (pieces.length === 0) return own;
  const operands: number[] = [];
  const offsets: Readonly<Record<string, number>>[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    const cut = sliced(writing, value, piece);
    for (const way of waysFurther(blocks, piece.further)) {
      operands.push(cut);
      offsets.push({ [block]: -way, [writing.dim]: -length });
    }
    starts.push(length);
    length += piece.size;
  }
  const taken = exchanged(writing, operands, offsets, length, 0);
  // What lies side by side there is as long as a block, but for the first piece, which ends where the
  // block does, and the last, which begins where it does. So none shows another's elements.
  const terms = pieces.map((piece, i) => placed(writing, taken, piece.within - starts[i]!, size));
  const op = {
    kind: "elementwise",
    attributes: { fn: "add", scalars: [own, ...terms].map(() => null) },
  } as const;
  return computed(writing, op, [own, ...terms], dimsWith(writing, own, size));
}

/** The elements so many places further, in as long a dim: what falls off at its ends is left out. */
function placed(writing: Writing, value: number, before: number, size: number): number {
  const op = { kind: "pad", attributes: { dim: writing.dim, before, value: 0 } } as const;
  return computed(writing, op, [value], dimsWith(writing, value, size));
}

function sliced(writing: Writing, value: number, { begin, size }: Piece): number {
  const op = { kind: "slice", attributes: { dim: writing.dim, begin } } as const;
  return computed(writing, op, [value], dimsWith(writing, value, size));
}
