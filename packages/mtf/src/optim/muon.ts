import { countArgument, functionArgument } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import { type AnyTensor, isTensor } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { leavesOf } from "../tree.ts";
import { orthogonal, type Sides } from "./orthogonal.ts";
import { sizeOf } from "./size.ts";
import { type Rule, type StepOptions, type StepState, stateOf, stepBy } from "./stepBy.ts";

/** Parameters, the running mean of their gradients, and the steps taken. */
export type MuonState<P> = StepState<P, "mean">;

export interface MuonOptions extends StepOptions {
  /** How much of the mean is kept in a step; default 0.95. */
  readonly momentum?: number | undefined;
  /** Whether the gradient is mixed into the mean once more; default true. */
  readonly nesterov?: boolean | undefined;
  /** Newton–Schulz steps; default 5. */
  readonly steps?: number | undefined;
  /** Added to the norm that a matrix is divided by; default 1e-7. */
  readonly epsilon?: number | undefined;
  /**
   * Which dims a parameter maps from and to; the others hold matrices of their own. By default the
   * first and the last of two dims.
   */
  readonly sides?: ((path: string, parameter: AnyTensor) => Sides) | undefined;
}

/** The state before the first step. @example const state = muonState(params) */
export function muonState<P>(params: P): MuonState<P> {
  return stateOf("muonState", params, ["mean"]);
}

/**
 * One step of Muon (Jordan and others, 2024): each matrix moves along the mean of its gradients made
 * orthogonal, times √max(1, outputs / inputs). Embeddings, biases and gains are no matrices: keep
 * them in a tree of their own, for `adamw`.
 *
 * @throws MtfError `wrong-input` unless the trees are alike; `bad-argument` for a parameter whose
 * sides nobody says
 * @example
 * const sides = () => ({ inputs: ["embd"], outputs: ["heads", "kv"] });
 * const next = muon(muonState(params), gradient, { rate: 0.02, sides });
 */
export function muon<P>(
  state: MuonState<P>,
  gradient: NoInfer<P>,
  options: MuonOptions,
): MuonState<P> {
  const { sides: sidesOf, nesterov = true } = options ?? {};
  if (sidesOf !== undefined) functionArgument("muon", "options.sides", sidesOf);
  countArgument("muon", "options.steps", options?.steps ?? 5, 1);
  const sides = new Map(
    leavesOf(state?.params, isTensor).map(([path, parameter]) => [
      path,
      checkedSides(path, parameter, sidesOf),
    ]),
  );
  const rule: Rule<"mean", typeof numbers> = {
    kept: ["mean"],
    numbers,
    others: ["nesterov", "sides"],
    direction: (slope, [before], { momentum, steps, epsilon }, path) => {
      const mixed = (mean: AnyTensor) =>
        apply("add", apply("mul", mean, momentum), apply("mul", slope, 1 - momentum));
      const mean = mixed(before!);
      const own = sides.get(path)!;
      const straight = orthogonal(nesterov ? mixed(mean) : mean, own, { steps, epsilon });
      const shape = Math.sqrt(Math.max(1, sizeOf(slope, own.outputs) / sizeOf(slope, own.inputs)));
      return { direction: apply("mul", straight, shape), kept: [mean] };
    },
  };
  return stepBy("muon", rule, state, gradient, options);
}

const numbers = { momentum: 0.95, steps: 5, epsilon: 1e-7 };

function checkedSides(path: string, parameter: AnyTensor, sidesOf: MuonOptions["sides"]): Sides {
  const { names } = parameter;
  if (!sidesOf && names.length === 2) return { inputs: [names[0]!], outputs: [names[1]!] };
  const sides = sidesOf?.(path, parameter);
  const named = [...(sides?.inputs ?? []), ...(sides?.outputs ?? [])];
  const right =
    sides?.inputs?.length &&
    sides.outputs?.length &&
    new Set(named).size === named.length &&
    named.every((name) => names.includes(name as never));
  if (right) return sides;
  const where = path === "" ? "the parameter" : `'${path}'`;
  throw new MtfError("bad-argument", `muon: ${where} is no matrix whose sides are known.`, {
    evidence: [
      ["dims", `[${names.join(", ")}]`],
      ["sides", sides ? JSON.stringify(sides) : "not given, and there are not two dims"],
    ],
    try: [
      'sides: (path) => ({ inputs: ["embd"], outputs: ["heads", "kv"] })',
      "keep it in another tree, for adamw",
    ],
    path,
  });
}
