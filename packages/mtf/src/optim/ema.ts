import { numberOptions } from "../arguments.ts";
import { zipTensors } from "../mapTensors.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { floatTree, updating } from "./update.ts";

/**
 * A moving average of parameters, which often predicts better than the last of them:
 * keep · average + (1 - keep) · parameters. It begins as the parameters themselves.
 *
 * @param options.keep how much of the average is kept in a step; default 0.999
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const smooth = ema(params, state.params, { keep: 0.9999 });
 */
export function ema<P>(
  average: P,
  params: NoInfer<P>,
  options: { readonly keep?: number | undefined } = {},
): P {
  return updating(() => {
    floatTree("ema", "average", average);
    floatTree("ema", "params", params);
    const { keep } = numberOptions("ema", options, { keep: 0.999 });
    const [next] = zipTensors("ema", [average, params], ([old, p]) => [
      apply("add", apply("mul", old!, keep), apply("mul", p!, 1 - keep)),
    ]);
    return next!;
  });
}
