import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Scalar } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { floatTree, gated, gateOf, rateAt, updating } from "./update.ts";

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
  options: { readonly rate: number | Scalar; readonly gate?: Scalar<"bool"> | undefined },
): P {
  return updating(() => {
    floatTree("sgd", "params", params);
    floatTree("sgd", "gradient", gradient);
    optionsArgument("sgd", "options", options, ["rate", "gate"]);
    const rate = rateAt("sgd", options.rate, undefined);
    const gate = gateOf("sgd", options.gate);
    const trees = zipTensors("sgd", [params, gradient], ([p, g]) => [
      gated(gate, apply("sub", p!, apply("mul", g!, rate)), p!),
    ]);
    return trees[0]!;
  });
}

/** Parameters and how they moved. */
export interface MomentumState<P> {
  readonly params: P;
  readonly velocity: P;
}

/** The state before the first step. @example const state = momentumState(initial(key(1))) */
export function momentumState<P>(params: P): MomentumState<P> {
  return updating(() => {
    floatTree("momentumState", "params", params);
    const [velocity] = zipTensors("momentumState", [params], ([p]) => [zerosLike(p!)]);
    return { params, velocity: velocity! };
  });
}

/**
 * Gradient descent with momentum: velocity' = momentum · velocity + gradient, and
 * parameters - rate · velocity'.
 *
 * @param options.momentum how much of the velocity is kept in a step; default 0.9
 * @param options.gate where it is false, nothing changes
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = momentum(momentumState(params), gradient, { rate: 0.1, momentum: 0.9 });
 */
export function momentum<P>(
  state: MomentumState<P>,
  gradient: NoInfer<P>,
  options: {
    readonly rate: number | Scalar;
    readonly momentum?: number | undefined;
    readonly gate?: Scalar<"bool"> | undefined;
  },
): MomentumState<P> {
  return updating(() => {
    optionsArgument("momentum", "state", state, ["params", "velocity"]);
    floatTree("momentum", "state.params", state.params);
    floatTree("momentum", "state.velocity", state.velocity);
    floatTree("momentum", "gradient", gradient);
    optionsArgument("momentum", "options", options, ["rate", "momentum", "gate"]);
    const kept = numberArgument("momentum", "options.momentum", options.momentum ?? 0.9);
    const rate = rateAt("momentum", options.rate, undefined);
    const gate = gateOf("momentum", options.gate);
    const all = [state.params, gradient, state.velocity] as const;
    const trees = zipTensors("momentum", all, ([p, g, v]) => {
      const velocity = apply("add", apply("mul", v!, kept), g!);
      const next = apply("sub", p!, apply("mul", velocity, rate));
      return [gated(gate, next, p!), gated(gate, velocity, v!)];
    });
    return { params: trees[0]!, velocity: trees[1]! };
  });
}
