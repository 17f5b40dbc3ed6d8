import type { Buffer, MaybePromise, Slice } from "../../backend/backend.ts";
import type { Dimension } from "../../dimension.ts";
import { internal } from "../../errors.ts";
import type { Loop } from "../../program/program.ts";
import { bindKernel } from "./compute.ts";
import { after, type Frame, shapeOf, sliceOf } from "./device.ts";

/** What a loop does around the runs of its body. */
export interface LoopEdges {
  /** Gives the body what it is to see in a run. */
  begin(index: number): MaybePromise<void>;
  /** Takes the body's results and frees what it was given. */
  end(index: number): MaybePromise<void>;
  /** Puts the results of all runs together. */
  finish(): MaybePromise<void>;
}

export function bindLoop(loop: Loop, frame: Frame): LoopEdges {
  const { slots, device } = frame;
  const { backend } = device;
  const entering = loop.sliced.map((binding) => bindSliced(loop.dim, binding, frame));
  const adding = loop.summed.map(({ outer }) => {
    const sum = sliceOf(frame.values[outer]!, device);
    const op = { kind: "elementwise", attributes: { fn: "add", scalars: [null, null] } } as const;
    return bindKernel(op, [sum, sum], [sum], [0, 1], device);
  });
  const joining = loop.stacked.map((binding) => bindStacked(loop.dim, binding, frame));
  const stacks: Buffer[][] = loop.stacked.map(() => []);

  return {
    begin(index) {
      for (const { outer, inner } of loop.constant) slots[inner] = slots[outer];
      return inOrder(entering, (enter) => enter(index));
    },
    end(index) {
      loop.stacked.forEach(({ inner }, i) => {
        stacks[i]!.push(taken(inner));
      });
      const done = inOrder(loop.summed, ({ outer, inner }, i) => {
        const term = taken(inner);
        if (index === 0) {
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
        for (const { inner } of loop.constant) slots[inner] = undefined;
        // What the body was given and never read, or gave to several, is still there.
        for (const { inner } of [...loop.sliced, ...loop.summed, ...loop.stacked]) {
          if (slots[inner]) backend.dispose(slots[inner]);
          slots[inner] = undefined;
        }
      });
    },
    finish() {
      return inOrder(joining, (join, i) => join(stacks[i]!.splice(0)));
    },
  };

  /** Takes a buffer out of the body; what several want, or the outside holds, is shared. */
  function taken(inner: number): Buffer {
    const buffer = slots[inner]!;
    const wanted = [...loop.summed, ...loop.stacked].filter((b) => b.inner === inner).length;
    const outside = loop.constant.some((b) => b.inner === inner);
    if (outside || wanted > 1) return backend.share(buffer, buffer.shape);
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
  if (at < 0) throw internal(`a loop over ${dim.name} slices a value without it`);
  const one: Slice = {
    ...whole,
    dims: whole.dims.map((d, i) => (i === at ? { name: d.name, size: 1 } : d)),
    box: whole.box.map((range, i) => (i === at ? { begin: 0, size: 1 } : range)),
  };
  const shape = shapeOf(sliceOf(values[inner]!, device));
  const kernels = Array.from({ length: dim.size }, (_, begin) =>
    bindKernel({ kind: "slice", attributes: { dim: dim.name, begin } }, [whole], [one], [], device),
  );
  return (index) =>
    after(kernels[index]!([slots[outer]!]), ([part]) => {
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
  const ones = Array.from({ length: dim.size }, () => one);
  const all = ones.map((_, i) => i);
  const op = { kind: "concat", attributes: { dim: dim.name } } as const;
  const kernel = bindKernel(op, ones, [whole], all, device);
  return (parts) => {
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
