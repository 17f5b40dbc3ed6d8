import { numberArgument, optionsArgument } from "../arguments.ts";
import { dimension, type Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";
import { customGradient } from "../ops/region/customGradient.ts";
import { scan } from "../ops/region/scan.ts";

/** How sparse probabilities are. */
export interface EntmaxOptions {
  /** Above 1, of which softmax is the limit, and below 2; default 1.3. */
  readonly alpha?: number | undefined;
}

/** Enough for every bit that a float64 has. */
const halving = dimension("halving", 50);

/**
 * Probabilities of which many are 0: like a softmax, but what is far below the largest gets nothing
 * (Peters and others, 2019). They are (α - 1) x less a threshold, to the power of 1 / (α - 1); the
 * threshold, by which they sum to 1, is found by halving.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument` unless 1 < alpha < 2
 * @example
 * entmax(logits, "vocab"); // [batch, vocab] -> [batch, vocab]
 */
export function entmax<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
  options: EntmaxOptions = {},
): Tensor<A> {
  const tensor = tensorArgument("entmax", "x", x, ["float32"]);
  const { name, size } = namedDim("entmax", "over", tensor, over);
  optionsArgument("entmax", "options", options, ["alpha"]);
  const alpha = numberArgument("entmax", "options.alpha", options.alpha ?? 1.3);
  if (!(alpha > 1 && alpha < 2)) {
    throw misuse("bad-argument", `entmax: an alpha of ${alpha} is not between 1 and 2.`, { x });
  }
  const forward = (logits: AnyTensor) => probabilities(logits, name, size, alpha) as AnyTensor;
  const backward = (p: AnyTensor, cotangent: AnyTensor) => gradient(p, cotangent, name, alpha);
  return customGradient(forward, ({ result, cotangent }) => [backward(result, cotangent)])(
    tensor,
  ) as never;
}

function probabilities(x: AnyTensor, over: string, size: number, alpha: number): AnyTensor {
  const scaled = apply("mul", x, alpha - 1);
  const largest = reduction("max", scaled, [over]);
  const powers = (threshold: AnyTensor): AnyTensor =>
    apply("pow", apply("relu", apply("sub", scaled, threshold)), 1 / (alpha - 1));
  // All on one element, or the same on each: the threshold is between.
  const [lowest, width] = [apply("sub", largest, 1), 1 - (1 / size) ** (alpha - 1)];
  const [threshold] = scan(
    halving,
    (low: AnyTensor, _: readonly never[], index) => {
      const part = apply(
        "mul",
        apply("pow", 0.5, apply("add", apply("toFloat32", index as never), 1)),
        width,
      );
      const middle = apply("add", low, part);
      const isBelow = apply("greaterEqual", reduction("sum", powers(middle), [over]), 1);
      return [apply("where", isBelow, middle, low), []] as const;
    },
    lowest,
    [] as readonly never[],
  );
  const found = powers(threshold as AnyTensor);
  return apply("div", found, reduction("sum", found, [over]));
}

function gradient(p: AnyTensor, cotangent: AnyTensor, over: string, alpha: number): AnyTensor {
  const slopes = apply("pow", p, 2 - alpha);
  const products = apply("mul", cotangent, slopes);
  const total = (y: AnyTensor): AnyTensor => reduction("sum", y, [over]);
  return apply("sub", products, apply("mul", slopes, apply("div", total(products), total(slopes))));
}
