import type { AnyTensor, Scalar } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { gated, rateAt, updating } from "./update.ts";

/**
 * Gradient descent: parameters - rate · gradient.
 *
 * @param options.gate where it is false, nothing changes
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = sgd(params, gradient, { rate: 0.1 });
 */
export function sgd<P>(
  params: P,
  gradient: NoInfer<P>,
  options: { readonly rate: number | Scalar; readonly gate?: Scalar<"bool"> },
): P {
  return updating(() => {
    const rate = rateAt(options.rate, undefined);
    const gate = options.gate as unknown as AnyTensor | undefined;
    const trees = zipTensors([params, gradient], ([p, g]) => [
      gated(gate, apply("sub", p!, apply("mul", g!, rate)), p!),
    ]);
    return trees[0] ?? params;
  });
}

/** Parameters and how they moved. */
export interface MomentumState<P> {
  readonly params: P;
  readonly velocity: P;
}

/** The state before the first step. @example const state = momentumState(initial(key(1))) */
export function momentumState<P>(params: P): MomentumState<P> {
  return updating(() => ({
    params,
    velocity: zipTensors([params], ([p]) => [zerosLike(p!)])[0] ?? params,
  }));
}

/**
 * Gradient descent with momentum: velocity' = momentum · velocity + gradient, and
 * parameters - rate · velocity'.
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = momentum(momentumState(params), gradient, { rate: 0.1, momentum: 0.9 });
 */
export function momentum<P>(
  state: MomentumState<P>,
  gradient: NoInfer<P>,
  options: {
    readonly rate: number | Scalar;
    readonly momentum?: number;
    readonly gate?: Scalar<"bool">;
  },
): MomentumState<P> {
  return updating(() => {
    const rate = rateAt(options.rate, undefined);
    const gate = options.gate as unknown as AnyTensor | undefined;
    const trees = zipTensors([state.params, gradient, state.velocity], ([p, g, v]) => {
      const velocity = apply("add", apply("mul", v!, options.momentum ?? 0.9), g!);
      const next = apply("sub", p!, apply("mul", velocity, rate));
      return [gated(gate, next, p!), gated(gate, velocity, v!)];
    });
    return { params: trees[0] ?? state.params, velocity: trees[1] ?? state.velocity };
  });
}
