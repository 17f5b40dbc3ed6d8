import type { Tensor } from "mtf";
import { attention, localAttention, type Scoring } from "mtf/nn";
import type { Seen } from "./memory.ts";

/** What else becomes of scores. */
interface Attending extends Pick<Scoring<never>, "weights"> {
  readonly scale?: number;
}

/** What queries see, mixed by how well its keys fit them: where all of it is near, in blocks. */
export function attend<A extends string>(
  query: Tensor<A>,
  { near, keys, values, visible }: Seen,
  options: Attending,
): Tensor<A> {
  const from: Tensor<string> = query as never;
  if (near === undefined) {
    const given = { ...options, over: "memory_length", within: "kv", visible } as const;
    return attention(from, keys, values, given) as never;
  }
  const { back, ahead, documents } = near;
  const given = { ...options, along: "length", within: "kv", back, ahead } as const;
  return localAttention(from, near.keys, near.values, {
    ...given,
    segment: documents,
  }) as never;
}
