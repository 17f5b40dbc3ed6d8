import {
  abs,
  add,
  div,
  exp,
  leakyRelu,
  mul,
  pow,
  type Scalar,
  softplus,
  type Tensor,
  tanh,
} from "mtf";
import type { LearnedName } from "../../config/index.ts";
import { arcsinh } from "./elementwise.ts";

// Activations with numbers that are learned. The original gave these random names, so that no checkpoint
// could be read back; here they are parameters of their layer as others are.

type Numbers = readonly Scalar[];

interface LearnedActivation {
  /** What each of its numbers begins as. */
  readonly begin: readonly number[];
  readonly of: <A extends string>(x: Tensor<A>, numbers: Numbers) => Tensor<A>;
}

export const learnedActivations: { readonly [Name in LearnedName]: LearnedActivation } = {
  /** A generalised logistic function, times x. */
  aria: {
    begin: [0, 1, 0, 1, -1, 0],
    of: (x, [low, height, offset, factor, rate, power]) => {
      const growth = exp(div(mul(x, rate!), above(power!, 1)));
      const share = div(height!, add(mul(growth, factor!), above(offset!, 0)));
      return mul(x, add(share, low!)) as never;
    },
  },
  prelu: { begin: [0.2], of: (x, [slope]) => leakyRelu(x, slope!) },
  parcsinh: {
    begin: [1, 0],
    of: (x, [factor, rate]) => mul(arcsinh(mul(x, above(rate!, 1)) as typeof x), factor!) as never,
  },
  psoftplus: {
    begin: [1, 1, 0],
    of: (x, [factor, rate, offset]) =>
      add(mul(softplus(mul(x, rate!) as typeof x), factor!), offset!) as never,
  },
  /** Of x without its sign: a power of what is below 0 is no number. */
  proottanh: {
    begin: [0, 0, 0],
    of: (x, [power, offset, root]) => {
      const raised = add(pow(abs(x), above(power!, 2)), above(offset!, 1));
      return mul(pow(raised, div(1, above(root!, 3))), tanh(x)) as never;
    },
  },
};

/** A number that is learned and stays above a bound. */
function above(number: Scalar, bound: number): Scalar {
  return add(softplus(number), bound);
}
