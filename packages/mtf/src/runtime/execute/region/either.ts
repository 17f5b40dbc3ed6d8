import type { Region, Rounds } from "../../../program/program.ts";
import { after, type Frame } from "../device.ts";
import type { RegionEdges } from "./region.ts";
import { scalarIn } from "./scalar.ts";
import { bindTaking } from "./taking.ts";

/** Two bodies of which one runs. */
export function bindEither(
  region: Region,
  { predicate, otherwise }: Extract<Rounds, { kind: "either" }>,
  frame: Frame,
): RegionEdges {
  const { slots } = frame;
  const { constant, summed } = region;
  const results = [summed.map((b) => b.inner), otherwise.results];
  const taking = results.map((own) => bindTaking(region, own, frame));
  let body: number | undefined;
  return {
    open() {
      body = undefined;
    },
    enter() {
      if (body !== undefined) return undefined;
      for (const { outer, inner } of constant) slots[inner] = slots[outer];
      return after(scalarIn(frame, predicate), (truth) => {
        body = truth ? 0 : 1;
        return body;
      });
    },
    leave() {
      const { taken, clear } = taking[body!]!;
      summed.forEach(({ outer }, i) => {
        slots[outer] = taken(results[body!]![i]!);
      });
      clear();
    },
    finish() {},
  };
}
