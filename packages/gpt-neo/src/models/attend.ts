import { dropout, type Tensor } from "mtf";
import { attention, flashAttention, localAttention, maskedAttention, pagedAttention } from "mtf/nn";
import type { Drawn } from "./dropped.ts";
import type { Seen } from "./memory.ts";

/** What else becomes of scores. */
interface Attending {
  readonly scale?: number;
  /** What of the weights is dropped. */
  readonly dropout?: Drawn | undefined;
}

/** What queries see, mixed by how well its keys fit them: in blocks where no mask says what it is. */
export function attend<A extends string>(
  query: Tensor<A>,
  { near, all, inBlocks, keys, values, visible }: Seen,
  { scale, dropout: drawn }: Attending,
): Tensor<A> {
  const from: Tensor<string> = query as never;
  const to = { over: "memory_length", within: "kv", scale } as const;
  if (all) {
    const { causal, documents: segment } = all;
    const given = { ...to, along: "length", causal, segment, dropout: drawn };
    return flashAttention(from, keys, values, given) as never;
  }
  if (inBlocks && !drawn) {
    const { keys, values, ...paged } = inBlocks;
    const given = { along: "length", block: "block", offset: "offset", page: "page" } as const;
    return pagedAttention(from, keys, values, {
      ...given,
      ...{ within: "kv", scale, ...paged },
    } as never) as never;
  }
  const weights = <W extends string>(x: Tensor<W>): Tensor<W> =>
    drawn ? dropout(drawn.key, x, drawn.rate) : x;
  if (visible && !drawn && isFew(query as never, keys)) {
    return maskedAttention(from, keys, values, { ...to, visible }) as never;
  }
  if (near === undefined) {
    return attention(from, keys, values, { ...to, visible, weights }) as never;
  }
  const { back, ahead, documents } = near;
  const given = { along: "length", within: "kv", scale, back, ahead, weights } as const;
  return localAttention(from, near.keys, near.values, {
    ...given,
    segment: documents,
  }) as never;
}

/** So many queries look at what a cache has one after the other: more are worth a product of matrices. */
const few = 8;

function isFew(query: Tensor<"length">, keys: Seen["keys"]): boolean {
  const { length } = query.dims;
  return length.size <= few && length.size < keys.dims.memory_length.size;
}
