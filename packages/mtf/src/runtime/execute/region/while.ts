import { enteringOf, type Region, type Rounds } from "../../../program/program.ts";
import { after, type Frame } from "../device.ts";
import type { RegionEdges } from "./region.ts";
import { bindRounds } from "./rounds.ts";
import { scalarIn } from "./scalar.ts";

/** A loop that tests a condition before each round: its first body; the second is the round. */
export function bindWhile(
  region: Region,
  { condition, most }: Extract<Rounds, { kind: "while" }>,
  frame: Frame,
): RegionEdges {
  const rounds = bindRounds(region, frame);
  const [holds] = condition.results as [number];
  const given = enteringOf(region).includes(holds);
  const last = most?.size ?? Number.POSITIVE_INFINITY;
  let round = 0;
  let state: "before" | "testing" | "held" | "in a round" | "over" = "before";
  return {
    open() {
      round = 0;
      state = "before";
      return rounds.open(true);
    },
    enter() {
      if (state === "held") {
        state = "in a round";
        return 1;
      }
      if (state === "over" || round === last) return undefined;
      state = "testing";
      return after(rounds.begin(round), () => 0);
    },
    leave() {
      if (state === "in a round") {
        state = "before";
        return rounds.end(round++);
      }
      return after(scalarIn(frame, holds), (truth) => {
        if (!given) {
          frame.device.backend.dispose(frame.slots[holds]!);
          frame.slots[holds] = undefined;
        }
        state = truth ? "held" : "over";
        if (!truth) rounds.pass();
      });
    },
    finish: rounds.finish,
  };
}
