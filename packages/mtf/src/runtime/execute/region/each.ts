import type { Region, Rounds } from "../../../program/program.ts";
import { after, type Frame } from "../device.ts";
import type { RegionEdges } from "./region.ts";
import { bindRounds } from "./rounds.ts";
import { scalarIn } from "./scalar.ts";

/** A loop whose rounds are counted before it begins. */
export function bindEach(
  region: Region,
  { dim, reverse, count, own }: Extract<Rounds, { kind: "each" }>,
  frame: Frame,
): RegionEdges {
  const rounds = bindRounds(region, frame);
  let [size, round] = [0, 0];
  const index = () => (reverse ? size - 1 - round : round);
  return {
    open() {
      round = 0;
      if (count === undefined) {
        size = own?.rounds ?? dim.size;
        return rounds.open(false);
      }
      return after(scalarIn(frame, count), (number) => {
        size = number;
        return rounds.open(true);
      });
    },
    enter: () => (round === size ? undefined : after(rounds.begin(index()), () => 0)),
    leave: () =>
      after(rounds.end(index()), () => {
        round++;
      }),
    finish: rounds.finish,
  };
}
