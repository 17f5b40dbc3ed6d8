import { expect, it } from "vitest";
import { draw } from "./drawn.ts";
import { exhaustive } from "./exhaustive.ts";
import { planned } from "./planned.ts";

it("is the least there is in nearly all small programs, and never far from it", () => {
  let counted = 0;
  let optimal = 0;
  const lines: string[] = [];
  for (let seed = 1; seed <= Number(process.env.MTF_PLANS ?? 150); seed++) {
    const drawn = draw(seed);
    const found = exhaustive(drawn);
    if (!found) continue;
    counted++;
    const { cost } = planned(drawn);
    const ratio = cost / found.least;
    if (ratio < 1 + 1e-6) optimal++;
    else
      lines.push(
        `${ratio.toFixed(3)} (first ${(found.first.cost / found.least).toFixed(3)}) ${drawn.text}`,
      );
  }
  console.log(counted, optimal, lines.join("\n"));
  expect(counted).toBeGreaterThan(10);
}, 300000);
