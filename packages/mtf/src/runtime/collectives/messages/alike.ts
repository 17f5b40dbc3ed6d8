import type { Buffer } from "../../../backend/backend.ts";
import type { Frame, Phase } from "../../execute/device.ts";

/** A collective without its origin, and the values it reads and makes. */
export interface Involved {
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** What else tells it from others. */
  readonly what: unknown;
}

/**
 * Binds a collective in a frame of its own, in which its operands are the first values, in order, and its
 * results the next.
 */
export type BindApart = (own: Frame) => readonly Phase[];

/** What serves all collectives of a program that differ in nothing but which values they read and make. */
interface Shared {
  readonly slots: (Buffer | undefined)[];
  readonly phases: readonly Phase[];
}

/**
 * Makes what is known of a collective serve all of a program that are alike. What each of many kept to itself
 * would have left the processor's caches when its turn comes, and to look for it takes longer than a small
 * message.
 */
export type Alike = (frame: Frame, involved: Involved, bind: BindApart) => readonly Phase[];

export function alike(): Alike {
  const known = new WeakMap<Frame, Map<string, Shared>>();
  return (frame, involved, bind) => {
    const { operands, results, what } = involved;
    const values = [...operands, ...results].map((value) => frame.values[value]!);
    const ofFrame = known.get(frame) ?? new Map<string, Shared>();
    known.set(frame, ofFrame);
    const key = JSON.stringify([what, values]);
    let shared = ofFrame.get(key);
    if (!shared) {
      const slots: Shared["slots"] = values.map(() => undefined);
      shared = { slots, phases: bind({ device: frame.device, values, slots }) };
      ofFrame.set(key, shared);
    }
    return phasesOn(frame.slots, involved, shared);
  };
}

/** The phases of one of those alike: with the first it takes its turn, and with the last it leaves nothing behind. */
function phasesOn(
  slots: Frame["slots"],
  { operands, results }: Involved,
  shared: Shared,
): readonly Phase[] {
  const [first, ...others] = shared.phases;
  const last = others.pop();
  const own = shared.slots;
  const reads = operands.length;
  // The program has what is made from the first phase on, so that it frees it whatever happens.
  const hand = () => {
    for (let i = 0; i < results.length; i++) slots[results[i]!] = own[reads + i];
    if (!last) own.fill(undefined);
  };
  const begin: Phase = () => {
    for (let i = 0; i < reads; i++) own[i] = slots[operands[i]!];
    const begun = first!();
    return begun instanceof Promise ? begun.then(hand) : hand();
  };
  if (!last) return [begin];
  const end: Phase = () => {
    const ended = last();
    return ended instanceof Promise
      ? ended.then(() => void own.fill(undefined))
      : void own.fill(undefined);
  };
  return [begin, ...others, end];
}
