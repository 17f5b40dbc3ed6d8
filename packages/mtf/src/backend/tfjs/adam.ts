import type { TensorInfo } from "@tensorflow/tfjs-core";
import { extentsOf } from "../slices/walk.ts";
import { expanded, ordered } from "./arrange.ts";
import type { Bind } from "./kernel.ts";

type Operand = TensorInfo | number;

/** One step of Adam; a closed gate selects what was there before. */
export const adam: Bind<"adam"> = (attributes, operands, results) => {
  const { beta1, beta2, epsilon, decay } = attributes;
  const extents = extentsOf(operands[0]!);
  const enter = operands.slice(0, 4).map((slice) => ordered(extentsOf(slice), extents));
  const leave = results.map((slice) => ordered(extents, extentsOf(slice)));
  const spread = expanded([], extents);
  return (arena, tensors) => {
    const [p, g, m, v] = enter.map((order, i) => order(arena, tensors[i]!));
    const [rate, c1, c2, gate] = tensors.slice(4);
    const condition = spread(arena, arena.zip("NotEqual", gate!, 0));
    const mul = (a: Operand, b: Operand) => arena.zip("Multiply", a, b);
    const add = (a: Operand, b: Operand) => arena.zip("Add", a, b);

    const newM = add(mul(m!, beta1), mul(g!, 1 - beta1));
    const newV = add(mul(v!, beta2), mul(mul(g!, g!), 1 - beta2));
    const root = arena.map("Sqrt", arena.zip("RealDiv", newV, c2!));
    const step = arena.zip("RealDiv", arena.zip("RealDiv", newM, c1!), add(root, epsilon));
    const newP = arena.zip("Sub", p!, mul(add(step, mul(p!, decay)), rate!));
    return [newP, newM, newV].map((t, i) => {
      const e = [p!, m!, v!][i]!;
      return leave[i]!(arena, arena.call("Select", { condition, t, e }));
    });
  };
};
