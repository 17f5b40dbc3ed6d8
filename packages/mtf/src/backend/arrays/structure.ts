import type { HostArray } from "../../dtype.ts";
import type { Slice } from "../backend.ts";
import { extentsOf, only, overlapOf, stridesOf, walk, without } from "../slices/walk.ts";
import type { ArrayKernel, Bind } from "./kernel.ts";

/** Another name for a dim. */
export const rename: Bind<"rename"> = ({ from, to }, [x], [result]) => {
  const renamed = extentsOf(x!).map((e) => (e.name === from ? { ...e, name: to } : e));
  return copy(walk(extentsOf(result!), stridesOf(renamed)));
};

/** The same numbers along new dims. */
export const broadcast: Bind<"broadcast"> = (_, [x], [result]) =>
  copy(walk(extentsOf(result!), stridesOf(extentsOf(x!))));

/** Dims split and merged: the slices hold the same elements in the same order of `from` and `to`. */
export const reshape: Bind<"reshape"> = ({ from, to }, [x], [result]) => {
  const before = extentsOf(x!);
  const after = extentsOf(result!);
  const rest = without(before, from);
  const source = walk([...rest, ...from.flatMap((d) => only(before, [d]))], stridesOf(before));
  const target = walk([...rest, ...to.flatMap((d) => only(after, [d.name]))], stridesOf(after));
  return copy(source, target);
};

/** Some elements of a dim. */
export const slice: Bind<"slice"> = ({ dim, begin }, [x], [result]) =>
  overlap(dim, x!, result!, -begin);

/** Elements in front of and behind a dim. */
export const pad: Bind<"pad"> = ({ dim, before, value }, [x], [result]) => {
  const inside = overlap(dim, x!, result!, before);
  return (operands, results) => {
    results[0]!.fill(value);
    inside(operands, results);
  };
};

/** Tensors one after the other along a dim. */
export const concat: Bind<"concat"> = ({ dim }, operands, [result]) => {
  let start = 0;
  const parts = operands.map((x) => {
    const part = overlap(dim, x, result!, start);
    start += x.dims.find((d) => d.name === dim)!.size;
    return part;
  });
  return (inputs, results) => parts.forEach((part, i) => void part([inputs[i]!], results));
};

/** Copies where the operand, moved by `shift` along a dim, lies on the result. */
function overlap(dim: string, x: Slice, result: Slice, shift: number): ArrayKernel {
  const { from, to, size } = overlapOf(dim, x, result, shift);
  const extents = extentsOf(result).map((e) => (e.name === dim ? { name: dim, size } : e));
  const [source, target] = [stridesOf(extentsOf(x)), stridesOf(extentsOf(result))];
  return copy(walk(extents, source, from * source[dim]!), walk(extents, target, to * target[dim]!));
}

/** Copies element `source[i]` to place `target[i]`, or to i. */
function copy(source: Int32Array, target?: Int32Array): ArrayKernel {
  return ([values]: readonly HostArray[], [out]: readonly HostArray[]) => {
    for (let i = 0; i < source.length; i++) out![target ? target[i]! : i] = values![source[i]!]!;
  };
}
