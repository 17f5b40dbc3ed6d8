import { expect, it } from "vitest";
import { draw } from "./drawn.ts";
import { exhaustive } from "./exhaustive.ts";
import { planned } from "./planned.ts";

/** How many programs are drawn; MTF_PLANS asks for more. */
const programs = Number(process.env.MTF_PLANS ?? 8);

it("costs the least there is in nearly all small programs, and never much more", {
  timeout: 600_000,
}, () => {
  const ratios: number[] = [];
  for (let seed = 1; seed <= programs; seed++) {
    const drawn = draw(seed);
    const found = exhaustive(drawn);
    if (!found) continue;
    const { cost, work } = planned(drawn);
    expect(cost, drawn.text).toBeLessThanOrEqual(found.first.cost);
    expect(work, drawn.text).toBeLessThanOrEqual(found.first.work * (1 + 1e-9));
    expect(cost / found.least, drawn.text).toBeLessThan(1.25);
    ratios.push(cost / found.least);
  }
  expect(ratios.length).toBeGreaterThan(programs / 2);
  const best = ratios.filter((ratio) => ratio < 1 + 1e-6).length;
  expect(best / ratios.length).toBeGreaterThanOrEqual(0.95);
});
