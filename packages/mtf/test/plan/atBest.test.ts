import { expect, it } from "vitest";
import { defaultMachine } from "../../src/cost/machineModel.ts";
import { secondsOn } from "../../src/partition/lookAhead.ts";
import {
  change,
  difference,
  isAtBest,
  newTrial,
  seated,
  takeBack,
} from "../../src/partition/plan/board.ts";
import { allSplitsOf, candidatesOf } from "../../src/partition/plan/candidates.ts";
import { plannable } from "../../src/partition/plan/sample.ts";
import { savesSomething } from "../../src/partition/plan/together.ts";
import { newPlaces } from "../../src/partition/plan/ways.ts";
import { draw } from "./drawn.ts";
import { planned } from "./planned.ts";

it("no split gains of a choice around which nothing moves and that has the least work", () => {
  let found = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const drawn = draw(seed);
    const { choices, plan } = planned(drawn);
    const places = newPlaces(drawn.layout.mesh, secondsOn(defaultMachine), plan.answers);
    const open = plannable(choices);
    for (const seat of seated(open, open, places).values()) {
      const { planned: before } = seat;
      const costs = seat.links.map(({ cost }) => cost);
      const best = isAtBest(seat);
      if (best) found++;
      for (const other of [...candidatesOf(places, seat), ...allSplitsOf(places, seat)]) {
        const trial = newTrial();
        change(places, trial, seat, other);
        if (best) {
          expect(difference(trial).cost, drawn.text).toBeGreaterThanOrEqual(0);
          expect(savesSomething(trial), drawn.text).toBe(false);
        }
        takeBack(trial);
        expect(seat.planned).toBe(before);
        expect(seat.links.map(({ cost }) => cost)).toEqual(costs);
      }
    }
  }
  expect(found).toBeGreaterThan(20);
});
