import type { MaybePromise } from "../../../backend/backend.ts";
import type { Dimension } from "../../../dimension.ts";
import { internal } from "../../../errors.ts";
import type { Binding } from "../../../program/program.ts";
import { accessTo } from "../../collectives/access.ts";
import { copyElements, copyOf, eachRun, stepsOf } from "../../collectives/copy.ts";
import { after, type Frame, sliceOf } from "../device.ts";

/** Makes the slice of a value at an index of a dim: one copy, planned before, for all indices. */
export function bindSlice(
  dim: Dimension,
  { outer, inner }: Binding,
  frame: Frame,
): (index: number) => MaybePromise<void> {
  const whole = sliceOf(frame.values[outer]!, frame.device);
  const at = whole.dims.findIndex((d) => d.name === dim.name);
  if (at < 0) throw internal(`a region over ${dim.name} slices a value without it`);
  const steps = stepsOf(whole.box);
  const box = whole.box.map((range, i) => (i === at ? { begin: 0, size: 1 } : range));
  const copy = copyOf(
    stepsOf(box).map((step, i) => ({
      size: box[i]!.size,
      from: { begin: 0, step: steps[i]! },
      to: { begin: 0, step },
    })),
  );
  const access = accessTo(frame, [outer], inner);
  return (index) =>
    after(access.open(undefined), () => {
      const [source, target] = [access.operand(0), access.result()];
      const begin = index * steps[at]!;
      eachRun(copy, 0, copy.fromEnd, (from, to, length) => {
        copyElements(source, begin + from, target, to, length);
      });
      access.close();
    });
}
