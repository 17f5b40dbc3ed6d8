// Goes round until nothing changes any more: the middles of three clouds of points, and which pages of
// a small web matter most. Each is one `whileLoop`, a single instruction of its program.
//
//   npx tsx examples/13-k-means-and-page-rank.ts [point:data,page:data,to:model]
//
// The argument is a layout: which dims are split over which axes of the four devices, data:2 and model:2.

import * as mtf from "mtf";
import { simulator } from "mtf/simulator";

const dims = mtf.defineDims({ point: 90, coordinate: 2, cluster: 3, page: 5, to: 5 });
const { point, coordinate, cluster, page, to } = dims;

const middles = [0, 0, 4, 1, 1, 5];
const names = ["home", "shop", "help", "news", "blog"];
const links = [
  ...[0, 1, 1, 1, 0],
  ...[1, 0, 1, 0, 0],
  ...[1, 0, 0, 0, 0],
  ...[1, 0, 0, 0, 1],
  ...[1, 0, 0, 1, 0],
];

/** Noise around the middles, to each in turn. */
function cloud() {
  const of = mtf.mod(mtf.iota(point), cluster.size);
  const middle = mtf.gather(mtf.constant(middles, [cluster, coordinate]), of, "cluster");
  return mtf.add(middle, mtf.normal(mtf.key(1), [point, coordinate], { std: 0.5 }));
}

/** Lloyd's algorithm: each middle becomes the mean of the points that are nearest to it. */
function kMeans(points: mtf.Tensor<"point" | "coordinate">) {
  const first = mtf.rename(mtf.slice(points, "point", 0, cluster.size), "point", "cluster");
  return mtf.whileLoop(
    ({ moved }) => mtf.greater(moved, 1e-4),
    ({ centres }) => {
      // |x - c|² is smallest where x·c - |c|²/2 is largest.
      const half = mtf.mul(mtf.sum(mtf.square(centres), "coordinate"), 0.5);
      const near = mtf.sub(mtf.einsum(points, centres, "point", "cluster"), half);
      const member = mtf.oneHot(mtf.argmax(near, "cluster"), cluster);
      const total = mtf.einsum(member, points, "cluster", "coordinate");
      const next = mtf.div(total, mtf.maximum(mtf.sum(member, "point"), 1));
      return { centres: next, moved: mtf.max(mtf.abs(mtf.sub(next, centres))) };
    },
    { centres: first, moved: mtf.constant(1) },
  ).centres;
}

/** How often somebody is on each page who starts anew after six links or so. */
function pageRank(linked: mtf.Tensor<"page" | "to">) {
  const chance = mtf.div(linked, mtf.sum(linked, "to"));
  return mtf.whileLoop(
    ({ moved }) => mtf.greater(moved, 1e-6),
    ({ rank }) => {
      const followed = mtf.rename(mtf.einsum(rank, chance, "to"), "to", "page");
      const next = mtf.add(mtf.mul(followed, 6 / 7), 1 / 7 / page.size);
      return { rank: next, moved: mtf.max(mtf.abs(mtf.sub(next, rank))) };
    },
    { rank: mtf.fill([page], 1 / page.size), moved: mtf.constant(1) },
  ).rank;
}

const mesh = mtf.defineMesh({ data: 2, model: 2 });
const rules = mtf.parseRules(process.argv[2] ?? "point:data,page:data,to:model");
const layout = mtf.defineLayout({ dims, mesh, rules });
const both = () => [kMeans(cloud()), pageRank(mtf.constant(links, [page, to]))] as const;
const program = mtf.lower(both, { layout, inputs: [] });

const devices = await simulator(mesh, { backend: "wasm" });
const run = await devices.load(program);
const [centres, rank] = await run();
const found = Array.from(await centres.read(), (x) => x.toFixed(4));
for (let i = 0; i < found.length; i += 2) console.log(`middle ${found[i]} ${found[i + 1]}`);
(await rank.read()).forEach((x, i) => void console.log(`${names[i]} ${x.toFixed(4)}`));
await devices.close();
