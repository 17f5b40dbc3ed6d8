import type { Buffer, Kernel, MaybePromise, Slice } from "../../backend/backend.ts";
import type { Dimension } from "../../dimension.ts";
import { internal } from "../../errors.ts";
import { enteringOf, leavingOf, type Region } from "../../program/program.ts";
import { bindKernel } from "./compute.ts";
import { after, type Frame, shapeOf, sliceOf } from "./device.ts";

/** What a region does around the rounds of its body. */
export interface RegionEdges {
  /** Gives the body what it is to see in a round. */
  begin(round: number): MaybePromise<void>;
  /** Takes the body's results and frees what it was given. */
  end(round: number): MaybePromise<void>;
  /** Puts the results of all rounds together. */
  finish(): MaybePromise<void>;
}

export function bindRegion(region: Region, frame: Frame): RegionEdges {
  const { slots, device } = frame;
  const { backend } = device;
  const { dim, reverse, carried, constant, summed } = region;
  const entering = region.sliced.map((binding) => bindSliced(dim, binding, frame));
  const adding = summed.map(({ outer }) => {
    const sum = sliceOf(frame.values[outer]!, device);
    const op = { kind: "elementwise", attributes: { fn: "add", scalars: [null, null] } } as const;
    return bindKernel(op, [sum, sum], [sum], [0, 1], device);
  });
  const joining = region.stacked.map((binding) => bindStacked(dim, binding, frame));
  const stacks: Buffer[][] = region.stacked.map(() => []);
  const indexOf = (round: number) => (reverse ? dim.size - 1 - round : round);
  const leaving = leavingOf(region);
  const outside = new Set(constant.map((b) => b.inner));
  // What is on its way from one round to the next.
  let handed: Buffer[] = [];

  return {
    begin(round) {
      for (const { outer, inner } of constant) slots[inner] = slots[outer];
      carried.forEach(({ initial, inner }, i) => {
        const first = slots[initial]!;
        slots[inner] = round === 0 ? backend.share(first, first.shape) : handed[i];
      });
      return inOrder(entering, (enter) => enter(indexOf(round)));
    },
    end(round) {
      region.stacked.forEach(({ inner }, i) => {
        stacks[i]![indexOf(round)] = taken(inner);
      });
      handed = carried.map(({ next }) => taken(next));
      const done = inOrder(summed, ({ outer, inner }, i) => {
        const term = taken(inner);
        if (round === 0) {
          slots[outer] = term;
          return;
        }
        const terms = [slots[outer]!, term];
        return after(adding[i]!(terms), ([sum]) => {
          for (const old of terms) if (old !== sum) backend.dispose(old);
          slots[outer] = sum;
        });
      });
      return after(done, () => {
        for (const { inner } of constant) slots[inner] = undefined;
        // What the body was given and never read, or gave to several, is still there.
        for (const inner of [...enteringOf(region), ...leaving]) {
          if (slots[inner]) backend.dispose(slots[inner]);
          slots[inner] = undefined;
        }
      });
    },
    finish() {
      carried.forEach(({ result }, i) => {
        slots[result] = handed[i];
      });
      handed = [];
      return inOrder(joining, (join, i) => join(stacks[i]!.splice(0)));
    },
  };

  /** Takes a buffer out of the body; what several want, or the outside holds, is shared. */
  function taken(inner: number): Buffer {
    const buffer = slots[inner]!;
    const wanted = leaving.filter((other) => other === inner).length;
    if (outside.has(inner) || wanted > 1) return backend.share(buffer, buffer.shape);
    slots[inner] = undefined;
    return buffer;
  }
}

function bindSliced(
  dim: Dimension,
  { outer, inner }: { outer: number; inner: number },
  { device, values, slots }: Frame,
): (index: number) => MaybePromise<void> {
  const { backend } = device;
  const whole = sliceOf(values[outer]!, device);
  const at = whole.dims.findIndex((d) => d.name === dim.name);
  if (at < 0) throw internal(`a region over ${dim.name} slices a value without it`);
  const one: Slice = {
    dims: whole.dims.map((d, i) => (i === at ? { name: d.name, size: 1 } : d)),
    dtype: whole.dtype,
    box: whole.box.map((range, i) => (i === at ? { begin: 0, size: 1 } : range)),
  };
  const shape = shapeOf(sliceOf(values[inner]!, device));
  // Bound when their round comes first: a program loads as fast however many rounds there are.
  const kernels: Kernel[] = [];
  const kernelAt = (begin: number): Kernel => {
    const op = { kind: "slice", attributes: { dim: dim.name, begin } } as const;
    kernels[begin] ??= bindKernel(op, [whole], [one], [], device);
    return kernels[begin];
  };
  return (index) =>
    after(kernelAt(index)([slots[outer]!]), ([part]) => {
      slots[inner] = backend.share(part!, shape);
      if (part !== slots[outer]) backend.dispose(part!);
    });
}

function bindStacked(
  dim: Dimension,
  { outer, inner }: { outer: number; inner: number },
  { device, values, slots }: Frame,
): (parts: readonly Buffer[]) => MaybePromise<void> {
  const { backend } = device;
  const part = sliceOf(values[inner]!, device);
  const one: Slice = {
    ...part,
    dims: [{ name: dim.name, size: 1 }, ...part.dims],
    box: [{ begin: 0, size: 1 }, ...part.box],
  };
  const whole = sliceOf(values[outer]!, device);
  const op = { kind: "concat", attributes: { dim: dim.name } } as const;
  let kernel: Kernel | undefined;
  return (parts) => {
    kernel ??= bindKernel(
      op,
      parts.map(() => one),
      [whole],
      [...parts.keys()],
      device,
    );
    const raised = parts.map((buffer) => backend.share(buffer, shapeOf(one)));
    for (const buffer of parts) backend.dispose(buffer);
    return after(kernel(raised), ([result]) => {
      for (const buffer of raised) if (buffer !== result) backend.dispose(buffer);
      slots[outer] = result;
    });
  };
}

/** Calls for every item, waiting for each before the next where there is something to wait for. */
function inOrder<T>(
  items: readonly T[],
  call: (item: T, index: number) => MaybePromise<void>,
): MaybePromise<void> {
  let done = undefined as MaybePromise<void>;
  items.forEach((item, i) => {
    done = done instanceof Promise ? done.then(() => call(item, i)) : call(item, i);
  });
  return done;
}
