import { contracted, m, names, nn, sizeOf, type T } from "../tensors.ts";
import type { Builders } from "./elementwise.ts";
import { layers } from "./layers.ts";

/** Zeros with the dims of a tensor. */
const zerosLike = (x: T): T => m.mul(x, 0);

const accumulating = ({ x: start, y, n }: Readonly<Record<string, T>>): T[] => {
  const { i, x, acc0, acc1 } = m.whileLoop(
    (state: T) => m.less(state.i, n),
    (state: T) => {
      const next = m.tanh(m.add(m.mul(state.x, 0.5), y));
      return {
        i: m.add(state.i, 1),
        x: next,
        acc0: m.add(state.acc0, m.sum(next, "a")),
        acc1: m.add(state.acc1, m.mul(next, m.cast(state.i, "float32"))),
      };
    },
    { i: m.constant(0, [], "int32"), x: start, acc0: zerosLike(y), acc1: zerosLike(start) },
  );
  return [i, x, acc0, acc1];
};

const dataDependent = ({ x: start }: Readonly<Record<string, T>>): T[] => {
  const { x, s } = m.whileLoop(
    (state: T) => m.less(state.s, 20),
    (state: T) => {
      const next = m.mul(state.x, 1.5);
      return { x: next, s: m.sum(m.relu(next)) };
    },
    { x: start, s: m.constant(0) },
  );
  return [x, s];
};

const plain = layers.plain_function!;

export const regions: Builders = {
  while_loop: (xs, of) => (of.attributes.trips === undefined ? dataDependent : accumulating)(xs),
  recompute_grad: ({ x, w }, of) =>
    of.attributes.explicit_inputs
      ? m.recompute((given: T) => plain({ x: given, w }, of))(x)
      : m.recompute((given: T, weight: T) => plain({ x: given, w: weight }, of))(x, w),
  custom_gradient: ({ x, y }) =>
    m.customGradient(
      (a: T, b: T) => m.mul(m.square(a), b),
      ({ args: [, b], cotangent }: T) => [
        m.mul(cotangent, 3),
        m.sum(cotangent, ...names(cotangent).filter((name) => !names(b).includes(name))),
      ],
    )(x, y),
  clip_activation_gradient: ({ x }, { attributes: { clip_rms_norm } }) =>
    nn.clipActivationGradient(x, clip_rms_norm),
  reversible_half_residual_and_swap: ({ x1, x2, ...weights }, { attributes }) => {
    const steps = Array.from({ length: attributes.layers }, (_, i) => (x: T) => {
      const w = weights[`w${i}`];
      if (sizeOf(w, "b2") !== sizeOf(x, "b")) throw new Error("a layer changes its stream");
      return m.rename(m.tanh(contracted([x, w], ["b"])), "b2", "b");
    });
    const [y1, y2] = m.reversible(steps, x1, x2);
    return m.add(y1, y2);
  },
};
