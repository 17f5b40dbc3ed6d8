import type { TensorInfo } from "@tensorflow/tfjs-core";
import { extentsOf } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { expanded, ordered } from "./arrange.ts";
import type { Bind } from "./kernel.ts";

type Operand = TensorInfo | number;

/** One step of Adam; a closed gate leaves what was there before. */
export const adam: Bind<"adam"> = (attributes, operands, results) => {
  const { beta1, beta2, epsilon, decay } = attributes;
  const extents = extentsOf(operands[0]!);
  const enter = operands.slice(0, 4).map((slice) => ordered(extentsOf(slice), extents));
  const leave = results.map((slice) => ordered(extents, extentsOf(slice)));
  const spread = expanded([], extents);
  return (arena, tensors) => {
    const [p, g, m, v] = enter.map((order, i) => order(arena, tensors[i]!));
    const [rate, c1, c2, gate] = tensors.slice(4);
    const before = [p!, m!, v!];
    const after = (): readonly TensorInfo[] => {
      const mul = (a: Operand, b: Operand) => arena.zip("Multiply", a, b);
      const add = (a: Operand, b: Operand) => arena.zip("Add", a, b);
      const newM = add(mul(m!, beta1), mul(g!, 1 - beta1));
      const newV = add(mul(v!, beta2), mul(mul(g!, g!), 1 - beta2));
      const root = arena.map("Sqrt", arena.zip("RealDiv", newV, c2!));
      const step = arena.zip("RealDiv", arena.zip("RealDiv", newM, c1!), add(root, epsilon));
      const change = decay === 0 ? step : add(step, mul(p!, decay));
      return [arena.zip("Sub", p!, mul(change, rate!)), newM, newV];
    };
    const chosen = gated(arena, gate!, before, after, spread);
    return chosen.map((t, i) => leave[i]!(arena, t));
  };
};

/** What the gate lets through: looked at where that costs nothing, else selected element by element. */
function gated(
  arena: Arena,
  gate: TensorInfo,
  before: readonly TensorInfo[],
  after: () => readonly TensorInfo[],
  spread: (arena: Arena, x: TensorInfo) => TensorInfo,
): readonly TensorInfo[] {
  const known = arena.atHand(gate);
  if (known) return known[0] === 0 ? before : after();
  const condition = spread(arena, arena.zip("NotEqual", gate, 0));
  return after().map((t, i) => arena.call("Select", { condition, t, e: before[i]! }));
}
