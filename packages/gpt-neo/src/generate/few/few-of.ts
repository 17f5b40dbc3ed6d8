import {
  add,
  argmax,
  dimension,
  equal,
  fold,
  gather,
  gumbel,
  key,
  logsumexp,
  mapOver,
  max,
  mul,
  placeholder,
  rename,
  slice,
  split,
  type Tensor,
  topK,
  where,
} from "mtf";
import type { Dims } from "../../models/index.ts";
import type { Rows } from "../../rows.ts";
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

/** The ids that are told of each row, from the likeliest or with noise the largest on, and their logits. */
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
      const alone = [logits.dims.batch, dimension("few", 1)] as const;
      const ids = split(argmax(logits, "vocab"), "batch", alone);
      return { ids, logits: split(max(logits, "vocab"), "batch", alone) };
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

/** The first of the few of each row, the likeliest or with noise the largest, as a token of the next step. */
export function ownOf({ ids }: FewOfRows): Rows {
  return rename(slice(ids, "few", 0, 1), "few", "length");
}

/** Gumbel noise for each row, of the random bits that the host would draw, but in float32. */
function noiseOf(vocab: Logits["dims"]["vocab"], draw: Omit<Draws, "sharpness">): Logits {
  const { seed } = draw;
  return mapOver(
    seed.dims.batch,
    (seed, place, sequence) => {
      const first = fold(fold(key(0), seed), place);
      return gumbel(where(equal(sequence, 0), first, fold(first, sequence)), [vocab]);
    },
    ...([seed, draw.place, draw.sequence] as const),
  );
}
