import {
  abs,
  add,
  cos,
  div,
  elu,
  exp,
  greater,
  identity,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  selu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
  where,
} from "mtf";
import type { Activation } from "mtf/nn";
import type { ElementwiseName } from "../../config/index.ts";

/**
 * Functions of an element by the names that the original has for them. Some could not be built there,
 * for want of powers: those are here what they were written to be.
 */
export const elementwise: { readonly [Name in ElementwiseName]: Activation } = {
  sigmoid,
  tanh,
  selu,
  elu,
  abs,
  sin,
  cos,
  sign,
  softplus,
  lrelu001: (x) => leakyRelu(x, 0.01),
  lrelu020: leakyRelu,
  id: identity,
  triangle_relax: (x) => harmonics(sin, x, [1, -1 / 9, 1 / 25, -1 / 49]),
  square_relax: (x) => harmonics(cos, x, [1, -1 / 3, 1 / 5, -1 / 7]),
  spike: (x) => div(1, add(square(x), 1)),
  spike2: (x) => exp(neg(square(x))),
  tanhshrink: (x) => sub(x, tanh(x)),
  softsign: (x) => div(x, add(abs(x), 1)),
  bipolarsigmoid: (x) => sub(mul(sigmoid(x), 2), 1),
  // The original drew the slope when it was started: here it is the mean of what it drew from.
  rrelu: (x) => randomisedLeaky(x, 0.5),
  elish: (x) => where(greater(x, 0), mul(x, sigmoid(neg(x))), mul(elu(x), sigmoid(x))),
  arcsinh,
  maxsig: (x) => maximum(x, sigmoid(x)),
  cosid: (x) => sub(cos(x), x),
  minsin: (x) => minimum(x, sin(x)),
  maxtanh: (x) => maximum(x, tanh(x)),
  mish: (x) => mul(x, tanh(softplus(x))),
  tanhexp: (x) => mul(x, tanh(exp(x))),
  lisht: (x) => mul(x, tanh(x)),
  seagull: (x) => log(add(square(x), 1)),
  snake: (x) => add(x, square(sin(x))),
  roottanh: (x) => mul(pow(add(square(x), 1), 1 / 3), tanh(x)),
  softplusmone: (x) => sub(softplus(x), 1),
};

/** The rectifier with a slope below 0, of mean 1 (Xu et al., 2015). */
export function randomisedLeaky<A extends string>(x: Tensor<A>, slope: number): Tensor<A> {
  return div(add(mul(abs(x), slope), x), 1 + slope);
}

/** Below 0 too, where the original subtracted two numbers that were nearly the same. */
export function arcsinh<A extends string>(x: Tensor<A>): Tensor<A> {
  const size = abs(x);
  return mul(sign(x), log(add(size, sqrt(add(square(x), 1)))));
}

/** A wave of x, 3 x, 5 x and 7 x. */
function harmonics<A extends string>(
  wave: (x: Tensor<A>) => Tensor<A>,
  x: Tensor<A>,
  factors: readonly number[],
): Tensor<A> {
  const waves = factors.map((factor, i) => mul(wave(mul(x, 2 * i + 1)), factor));
  return waves.reduce((all, one) => add(all, one) as Tensor<A>);
}
