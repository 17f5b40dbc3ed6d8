import {
  add,
  argmax,
  broadcast,
  dimension,
  equal,
  fold,
  gather,
  key,
  less,
  log,
  logsumexp,
  mapOver,
  max,
  mul,
  neg,
  placeholder,
  sub,
  type Tensor,
  topK,
  uniform,
  where,
} from "mtf";
import type { Dims } from "../../models/index.ts";
import { contenders, type Glance, likeliest } from "./look.ts";

type Logits = Tensor<"batch" | "vocab">;

/** What rows are drawn with, each number a row's. */
export interface Draws {
  /** What logits are multiplied by: 1 over the temperature. */
  readonly sharpness: Tensor<"batch">;
  readonly seed: Tensor<"batch", "int32">;
  readonly place: Tensor<"batch", "int32">;
  readonly sequence: Tensor<"batch", "int32">;
}

/** The ids that are told of each row, and their logits. */
export interface FewOfRows {
  readonly ids: Tensor<"batch" | "few", "int32">;
  readonly logits: Tensor<"batch" | "few">;
  readonly logSum?: Tensor<"batch">;
}

/** Draws without numbers, for a program that draws; others need none. */
export function drawsOf({ batch }: Pick<Dims, "batch">, { kind }: Glance): readonly Draws[] {
  if (kind !== "drawn") return [];
  const int32 = () => placeholder([batch], "int32");
  return [{ sharpness: placeholder([batch]), seed: int32(), place: int32(), sequence: int32() }];
}

/** What a glance at logits tells. A NaN is larger than all numbers, and so among what is told. */
export function fewOf(glance: Glance, logits: Logits, draws: readonly Draws[]): FewOfRows {
  switch (glance.kind) {
    case "largest": {
      const one = dimension("few", 1);
      const ids = broadcast(argmax(logits, "vocab"), one);
      return { ids, logits: broadcast(max(logits, "vocab"), one) };
    }
    case "likeliest": {
      const { values, indices } = topK(logits, "vocab", dimension("few", likeliest));
      const found = { ids: indices, logits: values };
      return glance.logSum ? { ...found, logSum: logsumexp(logits, "vocab") } : found;
    }
    case "drawn": {
      const [{ sharpness, ...rest }] = draws as readonly [Draws];
      const noisy = add(mul(logits, sharpness), noiseOf(logits.dims.vocab, rest));
      const { indices } = topK(noisy, "vocab", dimension("few", contenders));
      return { ids: indices, logits: gather(logits, indices, "vocab") };
    }
  }
}

/** Gumbel noise for each row, of the random bits that the host would draw, but in float32. */
function noiseOf(vocab: Logits["dims"]["vocab"], draw: Omit<Draws, "sharpness">): Logits {
  const { seed } = draw;
  const uniforms = mapOver(
    seed.dims.batch,
    (seed, place, sequence) => {
      const first = fold(fold(key(0), seed), place);
      return uniform(where(equal(sequence, 0), first, fold(first, sequence)), [vocab]);
    },
    ...([seed, draw.place, draw.sequence] as const),
  );
  return neg(log(surprise(uniforms)));
}

/** What a uniform number and 2^-25 is the exponential of the negative of, to the last digits next to 1 too. */
function surprise(uniform: Logits): Logits {
  // Exact, as uniform numbers are multiples of 2^-24.
  const rest = sub(sub(1, uniform), 2 ** -25);
  const powers = [1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1].reduce<Logits | number>(
    (sum, factor) => add(mul(rest, sum), factor) as Logits,
    0,
  );
  return where(less(rest, 1 / 16), mul(rest, powers), neg(log(add(uniform, 2 ** -25))));
}
