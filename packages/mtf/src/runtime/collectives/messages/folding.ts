import type { MaybePromise } from "../../../backend/backend.ts";
import { bytesPerElement, type HostArray } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { after, type Frame } from "../../execute/device.ts";
import type { Group } from "../groups.ts";
import { accumulating } from "./accumulate.ts";
import { landingOf, numbersOf, type Portion, settle } from "./portion.ts";
import type { Sending } from "./segments.ts";

/** Receives the others' terms of a portion, folds all terms and puts them into the results. */
export type Folding = (portion: Portion) => MaybePromise<HostArray>;

/** Terms are folded in ascending order of devices. */
export function foldingOf(
  { fn, result }: Reduce,
  { device, values }: Frame,
  { members, rank }: Group,
  { messages, terms }: Sending,
): Folding {
  const { dtype } = values[result]!;
  const accumulate = accumulating(fn, dtype, messages);
  const others = members.filter((_, i) => i !== rank);
  const bytes = others.length * bytesPerElement[dtype];
  // The first of the others' terms is where the others are added to: it may change places with the
  // device's own, should that come first, since two numbers give the same either way.
  const place = Math.max(0, rank - 1);
  return (portion) => {
    const own = numbersOf(portion, false);
    const total = landingOf(portion);
    const rest = terms(device.number, own, others.length - 1);
    const awaited = others.map((from, i) => ({ from, into: i === 0 ? total : rest[i - 1]! }));
    return after(messages.receive(device.number, awaited), () => {
      accumulate(total, [...rest.slice(0, place), own, ...rest.slice(place)]);
      settle(portion, total);
      device.usage.bytesReceived += portion.elements * bytes;
      return total;
    });
  };
}
