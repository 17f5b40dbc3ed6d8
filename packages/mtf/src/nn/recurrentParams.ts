import type { Dimension } from "../dimension.ts";
import { evenly } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/** From where to where a recurrent layer leads. */
export interface RecurrentDims<I extends string, H extends string, F extends string> {
  /** The dim of what is there now. */
  readonly input: Dimension<I>;
  readonly hidden: Dimension<H>;
  /** The hidden dim's other name, as that of the last state: `dimension("hidden_in", …)`. */
  readonly from: Dimension<F>;
}

/** The parameters of a recurrent layer, whose gates are along the dim `gate`. */
export interface RecurrentParams<I extends string, H extends string, F extends string> {
  readonly input: Parameter<"gate" | H | I>;
  readonly recurrent: Parameter<"gate" | H | F>;
  readonly bias: Parameter<"gate" | H>;
  readonly recurrentBias: Parameter<"gate" | H>;
}

/** Spread evenly up to the root of 1 over the hidden size, as PyTorch has them. */
export function recurrentParams<I extends string, H extends string, F extends string>(
  gates: number,
  { input, hidden, from }: RecurrentDims<I, H, F>,
): RecurrentParams<I, H, F> {
  const gate = { name: "gate", size: gates } as const;
  const bound = Math.sqrt(1 / hidden.size);
  const initial = evenly({ min: -bound, max: bound });
  return {
    input: parameter([gate, hidden, input], initial),
    recurrent: parameter([gate, hidden, from], initial),
    bias: parameter([gate, hidden], initial),
    recurrentBias: parameter([gate, hidden], initial),
  };
}
