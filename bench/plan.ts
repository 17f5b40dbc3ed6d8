import { draw } from "../packages/mtf/test/plan/drawn.ts";
import { exhaustive } from "../packages/mtf/test/plan/exhaustive.ts";
import { planned } from "../packages/mtf/test/plan/planned.ts";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, printLines, table } from "./lib/report.ts";

const help = `
How near do plans come to the best there is?

  npm run bench -- plan [--programs N] [--json]

Draws small programs of two to four ops (products, sums and maxima, elementwise, softmax, layer norm,
gather, other names, two dims as one and one as two, and a body that is recomputed) under random rules, on meshes of two and four devices, plans
each for the default machine, and tries every way to split each of their ops. Programs with more than
20,000 ways are left out. A ratio is the modelled time of the plan over that of the best way; "node by
node" is what the partitioner starts from, before it looks ahead.

  --programs N  how many are drawn (500)`;

const { json, quick, values } = readOptions(help, ["programs"]);
const programs = countOf(values.programs, "programs", quick ? 20 : 500);
const results: { program: string; ways: number; plan: number; nodeByNode: number }[] = [];
for (let seed = 1; seed <= programs; seed++) {
  const drawn = draw(seed);
  const found = exhaustive(drawn);
  if (!found) continue;
  const plan = planned(drawn).cost / found.least;
  const nodeByNode = found.first.cost / found.least;
  results.push({ program: drawn.text, ways: found.ways, plan, nodeByNode });
}
if (json) printLines(results);
else {
  const row = (name: string, ratios: readonly number[]) => {
    const best = ratios.filter((ratio) => ratio < 1 + 1e-6).length;
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    return [
      name,
      `${ratios.length}`,
      `${((100 * best) / ratios.length).toFixed(1)} %`,
      figure(mean),
      figure(Math.max(...ratios)),
    ];
  };
  const rows = [
    row(
      "plan",
      results.map((r) => r.plan),
    ),
    row(
      "node by node",
      results.map((r) => r.nodeByNode),
    ),
  ];
  console.log(table(["", "programs", "at the best", "mean ratio", "worst ratio"], rows));
  const worst = [...results].sort((a, b) => b.plan - a.plan)[0]!;
  if (worst.plan > 1 + 1e-6) console.log(`\nworst, ${figure(worst.plan)}:\n${worst.program}`);
}
