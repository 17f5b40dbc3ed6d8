import type { MaybePromise, Slice } from "../../../backend/backend.ts";
import { copyElements, copyOf, eachRun, stepsOf } from "../../../backend/slices/copy.ts";
import type { Dimension } from "../../../dimension.ts";
import { internal } from "../../../errors.ts";
import type { Box } from "../../../program/placement.ts";
import type { Binding } from "../../../program/program.ts";
import { accessTo } from "../../collectives/access.ts";
import { after, type Frame, shapeOf, sliceOf } from "../device.ts";
import { bindReading } from "../reading.ts";

/** Makes the slice of a value at an index of a dim: one copy, planned before, for all indices. */
export function bindSlice(
  dim: Dimension,
  { outer, inner }: Binding,
  frame: Frame,
): (index: number) => MaybePromise<void> {
  const whole = sliceOf(frame.values[outer]!, frame.device);
  const at = whole.dims.findIndex((d) => d.name === dim.name);
  if (at < 0) throw internal(`a region over ${dim.name} slices a value without it`);
  const box = whole.box.map((range, i) => (i === at ? { begin: 0, size: 1 } : range));
  if (whole.rest) return bindWidening(dim, { outer, inner }, whole, box, frame);
  const steps = stepsOf(whole.box);
  const copy = copyOf(
    stepsOf(box).map((step, i) => ({
      size: box[i]!.size,
      from: { begin: 0, step: steps[i]! },
      to: { begin: 0, step },
    })),
  );
  const { backend } = frame.device;
  if (backend.within) {
    const { slots, values } = frame;
    const shape = shapeOf(sliceOf(values[inner]!, frame.device));
    const cut = backend.within.copy(copy, whole.dtype);
    return (index) => {
      slots[inner] = backend.allocate(shape, whole.dtype);
      cut(slots[outer]!, slots[inner], index * steps[at]!);
    };
  }
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

/** Of what rests narrow, a slice is widened as it is cut. */
function bindWidening(
  { name }: Dimension,
  { outer, inner }: Binding,
  whole: Slice,
  box: Box,
  { device, values, slots }: Frame,
): (index: number) => MaybePromise<void> {
  const { backend } = device;
  const one: Slice = {
    dims: whole.dims.map((d) => (d.name === name ? { name, size: 1 } : d)),
    dtype: whole.dtype,
    box,
  };
  const shape = shapeOf(sliceOf(values[inner]!, device));
  return (index) => {
    const op = { kind: "slice", attributes: { dim: name, begin: index } } as const;
    return after(bindReading(backend, op, [whole], [one], [])([slots[outer]!]), ([part]) => {
      slots[inner] = backend.share(part!, shape);
      backend.dispose(part!);
    });
  };
}
