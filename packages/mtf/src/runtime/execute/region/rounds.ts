import type { Buffer, MaybePromise } from "../../../backend/backend.ts";
import { dimOf } from "../../../program/bodies.ts";
import { leavingOf, type Region } from "../../../program/program.ts";
import { bindKernel } from "../compute.ts";
import { after, type Frame, shapeOf, sliceOf } from "../device.ts";
import { bindSlice } from "./slices.ts";
import { bindStack } from "./stacks.ts";
import { bindTaking } from "./taking.ts";

/** What goes into the rounds of a loop, from one to the next, and out of them. */
export interface Rounds {
  /** @param zeros whether there may be fewer rounds than the dim has indices */
  open(zeros: boolean): MaybePromise<void>;
  /** Gives the body what it is to see in a round. */
  begin(index: number): MaybePromise<void>;
  /** Takes the body's results and frees what it was given. */
  end(index: number): MaybePromise<void>;
  /** Ends a round that has not run: what was carried into it is carried on. */
  pass(): void;
  finish(): MaybePromise<void>;
}

export function bindRounds(region: Region, frame: Frame): Rounds {
  const { slots, device } = frame;
  const { backend } = device;
  const { carried, constant, summed, stacked } = region;
  const dim = dimOf(region.rounds);
  const slices = region.sliced.map((binding) => bindSlice(dim!, binding, frame));
  const stacks = stacked.map((binding) => bindStack(binding, frame));
  const sums = summed.map(({ outer }) => {
    const sum = sliceOf(frame.values[outer]!, device);
    const op = { kind: "elementwise", attributes: { fn: "add", scalars: [null, null] } } as const;
    return { outer, sum, add: bindKernel(op, [sum, sum], [sum], [0, 1], device) };
  });
  const { taken, clear } = bindTaking(region, leavingOf(region), frame);
  // What is on its way from one round to the next.
  let handed: Buffer[] | undefined;

  const addUp = (i: number): MaybePromise<void> => {
    const { outer, add } = sums[i]!;
    const term = taken(summed[i]!.inner);
    const before = slots[outer];
    if (!before) {
      slots[outer] = term;
      return;
    }
    return after(add([before, term]), ([sum]) => {
      if (before !== sum) backend.dispose(before);
      if (term !== sum) backend.dispose(term);
      slots[outer] = sum;
    });
  };

  return {
    open(zeros) {
      handed = undefined;
      for (const stack of stacks) stack.open(zeros);
    },
    begin(index) {
      for (const { outer, inner } of constant) slots[inner] = slots[outer];
      for (let i = 0; i < carried.length; i++) {
        const { initial, inner } = carried[i]!;
        const first = slots[initial]!;
        slots[inner] = handed ? handed[i] : backend.share(first, first.shape);
      }
      return inOrder(slices.length, (i) => slices[i]!(index));
    },
    end(index) {
      const parts = stacked.map(({ inner }) => taken(inner));
      handed = carried.map(({ next }) => taken(next));
      const added = inOrder(sums.length, addUp);
      const put = after(added, () =>
        inOrder(parts.length, (i) => stacks[i]!.put(index, parts[i]!)),
      );
      return after(put, clear);
    },
    pass() {
      handed = carried.map(({ inner }) => {
        const buffer = slots[inner]!;
        slots[inner] = undefined;
        return buffer;
      });
      clear();
    },
    finish() {
      carried.forEach(({ initial, result }, i) => {
        const first = slots[initial]!;
        slots[result] = handed ? handed[i] : backend.share(first, first.shape);
      });
      handed = undefined;
      for (const { outer, sum } of sums) {
        slots[outer] ??= backend.allocate(shapeOf(sum), sum.dtype, 0);
      }
    },
  };
}

/** Calls for every number below, waiting for each before the next where there is something to wait for. */
function inOrder(count: number, call: (i: number) => MaybePromise<void>): MaybePromise<void> {
  for (let i = 0; i < count; i++) {
    const done = call(i);
    if (done instanceof Promise) return done.then(() => continued(i + 1, count, call));
  }
}

async function continued(
  from: number,
  count: number,
  call: (i: number) => MaybePromise<void>,
): Promise<void> {
  for (let i = from; i < count; i++) await call(i);
}
