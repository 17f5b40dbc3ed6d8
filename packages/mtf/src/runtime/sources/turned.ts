import type { Dimension } from "../../dimension.ts";
import type { HostArray } from "../../dtype.ts";
import type { Box } from "../../spmd/placement.ts";
import { copyOf, eachRun, stepsOf } from "../collectives/copy.ts";
import type { BoxSource } from "../devices.ts";
import { type Wanted, wrongInput } from "./array.ts";

/**
 * A source that knows the dims of what it gives, as one that gives them in the order of an input:
 * what was saved as `[a, b]` is read into `[b, a]`.
 *
 * @throws MtfError `wrong-input` unless source and input have the same dims, by name
 */
export function turnedTo(source: BoxSource, to: Wanted): BoxSource {
  const { dims } = source;
  if (!dims) return source;
  const order = dims.map((d) =>
    to.dims.findIndex((own) => own.name === d.name && own.size === d.size),
  );
  if (dims.length !== to.dims.length || order.includes(-1)) throw dimsDiffer(to, dims);
  if (order.every((at, i) => at === i)) return source;
  return {
    box: async (box) => {
      const asked = order.map((at) => box[at]!);
      return turn(await source.box(asked), asked, box, order);
    },
  };
}

/** Numbers of a box as those of the same box with its dims in another order. */
function turn(numbers: HostArray, from: Box, to: Box, order: readonly number[]): HostArray {
  const [before, after] = [stepsOf(from), stepsOf(to)];
  const copy = copyOf(
    from.map(({ size }, d) => ({
      size,
      from: { begin: 0, step: before[d]! },
      to: { begin: 0, step: after[order[d]!]! },
    })),
  );
  const result = numbers.slice();
  eachRun(copy, 0, numbers.length, (at, into, length) => {
    result.set(numbers.subarray(at, at + length), into);
  });
  return result;
}

function dimsDiffer(to: Wanted, dims: readonly Dimension[]) {
  const given = dims.map((d) => `${d.name}=${d.size}`).join(", ");
  return wrongInput(to, `'${to.path}' was given a tensor of other dims.`, {
    evidence: [["given", `[${given}]`]],
  });
}
