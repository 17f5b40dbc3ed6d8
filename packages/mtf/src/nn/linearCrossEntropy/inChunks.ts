import { vjp } from "../../autodiff/vjp.ts";
import type { Dimension } from "../../dimension.ts";
import { newHandle } from "../../graph/handle.ts";
import { nextOrder } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { spread } from "../../ops/broadcast/broadcast.ts";
import { filled, zerosLike } from "../../ops/constant/constant.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import {
  asTheyAre,
  entering,
  makeRegion,
  nothing,
  outerTensors,
  sliceOf,
  standIn,
} from "../../ops/region/region.ts";
import { reshaped } from "../../ops/reshape/reshape.ts";
import type { Cotangent } from "../../ops/rule.ts";
import { rules } from "../../ops/rules.ts";
import type { Cut } from "./chunks.ts";
import { type Given, type Kind, sumsOf, type WithTotal, wholeOf, withTotal } from "./sums.ts";

/** The dim of chunks: none of a user's. */
const chunk = "~chunks";

/** What is computed in chunks: the sums, and the gradient of `total`. */
interface Made extends WithTotal {
  readonly dx: AnyTensor;
  readonly dtable: AnyTensor;
  readonly dbias: AnyTensor | undefined;
}

/**
 * The sums and their total, a chunk at a time. Beside them lies the gradient of the total, made while a
 * chunk's logits are there: where nobody takes it, it is not made. Other gradients, such as that of the
 * gradient, go back through the chunks like any other loop's.
 */
export function inChunks(given: Given, kind: Kind, cuts: readonly Cut[]): WithTotal {
  const outer = tensorsOf(given);
  const begin = nextOrder();
  const inner = outer.map(standIn);
  const made = tensorsOfMade(computed(like(given, inner), kind, cuts));
  const gradient = (results: readonly AnyTensor[], dys: readonly Cotangent[]) => {
    if (dys.some((dy, i) => dy && i > 0)) {
      const again = outer.map(newHandle);
      return vjp(rules, tensorsOfMade(computed(like(given, again), kind, cuts)), again, dys);
    }
    const { count } = given;
    const [total, , , dx, dtable, ...dbias] = results as [AnyTensor, ...AnyTensor[]];
    const dy = dys[0]!;
    const slopes = [dx!, undefined, dtable!, ...dbias].map((slope) => slope && times(slope, dy));
    if (!count) return slopes;
    return [...slopes, apply("neg", apply("mul", dy, apply("div", total, count)))];
  };
  const results = makeRegion(
    { kind: "once", gradient },
    {
      ...nothing,
      constant: [...entering(outer, inner), ...asTheyAre(outerTensors(made, begin).outer)],
      summed: made,
    },
  );
  const [total, loss, squares] = results as [AnyTensor, AnyTensor, AnyTensor];
  return { total, loss, squares };
}

/** The total comes first, then the other sums, then its gradient. */
function tensorsOfMade({ total, loss, squares, dx, dtable, dbias }: Made): readonly AnyTensor[] {
  return [total, loss, squares, dx, dtable, ...(dbias ? [dbias] : [])];
}

function tensorsOf({ x, labels, table, bias, count }: Given): readonly AnyTensor[] {
  return [x, labels, table, ...(bias ? [bias] : []), ...(count ? [count] : [])];
}

/** The same with other tensors, in the order of `tensorsOf`. */
function like({ bias, count }: Given, [x, labels, table, ...others]: readonly AnyTensor[]): Given {
  const rest = [...others];
  return {
    x: x!,
    labels: labels!,
    table: table!,
    bias: bias && rest.shift()!,
    count: count && rest.shift()!,
  };
}

/**
 * A tensor with the dims that are cut in parts, and chunks as one dim. Neighbours go to different
 * chunks: so a dim that is split stays so within each of them.
 */
function inParts(x: AnyTensor, cuts: readonly Cut[], over: Dimension): AnyTensor {
  const apart = cuts.reduce((y, cut, i) => reshaped(y, [cut.dim.name], pieces(cut, i)), x);
  const parts = cuts.map((_, i) => numbered(i));
  return reshaped(apart, parts, [over]);
}

/** What `inParts` was given. */
function inOnePiece(x: AnyTensor, cuts: readonly Cut[], over: Dimension): AnyTensor {
  const sizes = cuts.map(({ parts }, i) => ({ name: numbered(i), size: parts }));
  return cuts.reduce(
    (y, cut, i) => {
      const names = pieces(cut, i).map((d) => d.name);
      return reshaped(y, names, [cut.dim]);
    },
    reshaped(x, [over.name], sizes),
  );
}

/** A dim as what is in each of its parts, and these. */
function pieces({ dim, parts }: Cut, i: number): readonly Dimension[] {
  const own = { name: numbered(i), size: parts };
  const inside = { name: dim.name, size: dim.size / parts };
  return [inside, own];
}

/** The dim of parts of a cut, by its place among the cuts. */
function numbered(i: number): string {
  return `${chunk}/${i}`;
}

function computed(given: Given, kind: Kind, cuts: readonly Cut[]): Made {
  const { x, labels, table, bias, count } = given;
  const over = { name: chunk, size: cuts.reduce((n, { parts }) => n * parts, 1) };
  const cut = (y: AnyTensor) => inParts(y, cuts, over);
  const share = count ? apply("div", 1, count) : filled(1, [], "float32");
  const sliced = [cut(x), cut(labels)];
  const slices = sliced.map((y, i) => sliceOf(y, over, i));
  const own: Given = { ...given, x: slices[0]!, labels: slices[1]! };
  const sums = sumsOf(own, kind);
  const of = [own.x, table, ...(bias ? [bias] : [])];
  const [dx, ...others] = vjp(rules, [wholeOf(sums, kind)], of, [share]).map((dy, i) =>
    spread(dy ?? zerosLike(of[i]!), dimsOf(of[i]!)),
  ) as [AnyTensor, ...AnyTensor[]];
  const summed = [sums.loss, sums.squares, ...others];
  const begin = slices[0]!["~node"].order;
  const [loss, squares, dtable, ...last] = makeRegion(
    { kind: "each", dim: over, reverse: false, counted: false },
    {
      ...nothing,
      sliced: entering(sliced, slices),
      constant: asTheyAre(outerTensors([...summed, dx], begin).outer),
      summed,
      stacked: [dx],
    },
  ) as [AnyTensor, AnyTensor, AnyTensor, ...AnyTensor[]];
  const whole = withTotal({ loss, squares }, kind, given);
  const together = inOnePiece(last.at(-1)!, cuts, over);
  return {
    ...whole,
    dx: spread(together, dimsOf(x)),
    dtable,
    dbias: bias && last[0]!,
  };
}

/** A gradient times a cotangent, which is most often 1. */
function times(slope: AnyTensor, dy: AnyTensor): AnyTensor {
  const { kind, attributes } = dy["~node"];
  if (kind === "fill" && (attributes as { readonly value: number }).value === 1) return slope;
  return apply("mul", slope, dy);
}
