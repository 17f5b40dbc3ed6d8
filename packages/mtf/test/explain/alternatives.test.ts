import { expect, it } from "vitest";
import type { Node } from "../../src/graph/node.ts";
import { alternativesAmong } from "../../src/partition/explain/alternatives.ts";
import type { Split } from "../../src/partition/plan/choice.ts";
import { subjectOf } from "../../src/partition/subject.ts";
import { write } from "../../src/partition/write.ts";
import { draw } from "../plan/drawn.ts";
import { planned } from "../plan/planned.ts";

/** How many programs are drawn. */
const programs = 60;

// A program may be cheaper than what is told: a sum that is owed now may pass through what comes after.
it("says of alternatives what the programs that they make cost, or in few cases the most", () => {
  let [compared, same] = [0, 0];
  for (let seed = 1; seed <= programs; seed++) {
    const drawn = draw(seed);
    const { traced, layout } = drawn;
    const now = planned(drawn);
    const { plan } = now;
    const subject = subjectOf(traced, layout, []);
    const alternativesTo = alternativesAmong(now.choices, layout.mesh, plan.answers);
    const costAs = (node: Node, split: Split) => {
      const chosen = new Map(now.choices.map((c) => [c.task.node, c.split] as const));
      const other = write(subject, { ...plan, chosen: chosen.set(node, split) });
      return other.cost - now.cost;
    };
    for (const choice of now.choices) {
      for (const { split, seconds } of alternativesTo({ choice, result: 0 })) {
        const { node } = choice.task;
        const costs = [true, false].map((passes) => costAs(node, { assignment: split, passes }));
        expect(Math.min(...costs), drawn.text).toBeLessThan(seconds + 1e-9);
        if (costs.some((cost) => Math.abs(cost - seconds) < 1e-9)) same++;
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(500);
  expect(same / compared).toBeGreaterThan(0.98);
});
