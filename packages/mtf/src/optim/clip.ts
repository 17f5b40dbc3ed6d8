import { functionArgument, numberArgument, optionsArgument, wrongArgument } from "../arguments.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";
import { floatTree, updating } from "./update.ts";

/**
 * The tree with every number between -limit and limit.
 *
 * @param limit above 0
 * @throws MtfError `bad-argument` for a tree without tensors
 * @example
 * adam(state, clipByValue(gradient, 0.5), { rate: 1e-3 });
 */
export function clipByValue<P>(tree: P, limit: number): P {
  return updating(() => {
    floatTree("clipByValue", "tree", tree);
    checkLimit("clipByValue", limit);
    const [clipped] = zipTensors("clipByValue", [tree], ([x]) => [
      apply("minimum", apply("maximum", x!, -limit), limit),
    ]);
    return clipped!;
  });
}

/**
 * The gradient with each unit scaled down to a limit times the norm of the unit's parameters (Brock
 * and others, 2021). A unit is what feeds one output: all numbers with one place in the last dim;
 * a vector is one unit.
 *
 * @param limit above 0; the paper's is 0.01
 * @param options.least the least that a unit's norm is taken to be; default 1e-3
 * @param options.units the dims that count units of a parameter, in place of the last
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const clipped = clipAdaptively(gradient, state.params, 0.01);
 */
export function clipAdaptively<P>(
  gradient: P,
  params: NoInfer<P>,
  limit: number,
  options: {
    readonly least?: number | undefined;
    readonly units?: ((path: string, parameter: AnyTensor) => readonly string[]) | undefined;
  } = {},
): P {
  const fn = "clipAdaptively";
  return updating(() => {
    floatTree(fn, "gradient", gradient);
    floatTree(fn, "params", params);
    checkLimit(fn, limit);
    optionsArgument(fn, "options", options, ["least", "units"]);
    const { least = 1e-3, units = lastDim } = options;
    numberArgument(fn, "options.least", least, { min: 0 });
    functionArgument(fn, "options.units", units);
    const [clipped] = zipTensors(fn, [gradient, params], ([g, p], path) => {
      const named = units(path, p!);
      const over = p!.names.filter((name) => !named.includes(name));
      const most = apply("mul", apply("maximum", normOver(p!, over), least), limit);
      const norm = normOver(g!, over);
      const factor = apply("div", most, apply("maximum", norm, 1e-6));
      return [apply("where", apply("greater", norm, most), apply("mul", g!, factor), g!)];
    });
    return clipped!;
  });
}

function lastDim(_: string, { names }: AnyTensor): readonly string[] {
  return names.length > 1 ? names.slice(-1) : [];
}

function normOver(x: AnyTensor, names: readonly string[]): AnyTensor {
  return apply("sqrt", reduction("sum", apply("square", x), names));
}

function checkLimit(fn: string, limit: number): void {
  numberArgument(fn, "limit", limit);
  if (!(limit > 0)) throw wrongArgument(fn, "limit", "a number above 0", limit);
}
