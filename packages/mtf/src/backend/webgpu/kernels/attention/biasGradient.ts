import { attendedOf } from "../../../../ops/flashAttention/operands.ts";
import { type Extent, extentsOf, sizeOf, stridesOf } from "../../../slices/walk.ts";
import { filling } from "../arrange.ts";
import { folding } from "../fold.ts";
import type { Pass, Work } from "../kernel.ts";
import { beginningOf, type Outer } from "./arrays.ts";
import { ofProducts } from "./bias.ts";
import type { Side } from "./numbers.ts";
import { type Gradient, remaking } from "./remaking.ts";
import { streaming } from "./stream.ts";
import { each, four, summed } from "./tile.ts";

/**
 * The gradient of what was added to products: that of the products, summed over the dims that it lacks. What
 * queries and keys have both been given stays in tiles; else it is what the rows of tiles come to.
 *
 * @param room the number that a room of its own would have
 */
export function biasGradient(gradient: Gradient, room: number): Pick<Work, "rooms" | "passes"> {
  const { attributes, operands, results, loop } = gradient;
  const { along, over } = attributes;
  const bias = extentsOf(attendedOf(attributes, operands).bias!);
  const has = (dim: string) => bias.some(({ name }) => name === dim);
  const heads = [...loop.shared, ...loop.groups];
  const isOwn = ({ name }: Extent) => has(name);
  const outer: Outer = { z: heads.filter(isOwn), g: heads.filter((e) => !isOwn(e)) };
  const target = operands.length + 3;
  // It may lie in another order of dims than what was added.
  const lies = stridesOf(extentsOf(results[3]!));
  if (has(along) && has(over)) return { passes: tiles(gradient, outer, target) };
  if (has(along) || has(over)) {
    const [rows, dim] = has(along) ? (["queries", along] as const) : (["keys", over] as const);
    return { passes: [sums(gradient, outer, rows, target, lies, dim)] };
  }
  // One number for all queries: of each what it comes to, and then of all.
  const ofQueries = [...outer.z, { name: along, size: loop.queries }];
  const strides = stridesOf(ofQueries);
  const fold = folding({
    outer: bias,
    inner: ofQueries.slice(-1),
    reads: [{ dtype: "float32", strides }],
    target: lies,
    ...{ dtype: "float32", how: "sum", term: (x) => x! },
  });
  return {
    rooms: [{ size: sizeOf(ofQueries), dtype: "float32" }],
    passes: [
      sums(gradient, outer, "queries", room, strides, along),
      { shader: fold, tensors: [room, target] },
    ],
  };
}

/** Adds each tile of gradients where it belongs, for one after the other of what the bias lacks. */
function tiles(gradient: Gradient, outer: Outer, target: number): readonly Pass[] {
  const { attributes, results, loop } = gradient;
  const result = results[3]!;
  const remade = remaking(gradient, outer, "queries", false);
  const to = ofProducts(outer, "toAt", ["y0", result], attributes, "queries");
  const add = (i: string, c: string) =>
    `    if (here.${i} < ${loop.queries}u && held.${c} < ${loop.keys}u) { ${to.at(`here.${i}`, `held.${c}`)} += given_${i}.${c}; }\n`;
  const shader = streaming({
    ...remade.parts,
    state: `  let ${to.name} = ${to.begin};\n`,
    step: (tile) => remade.step(tile) + four.flatMap((i) => four.map((c) => add(i, c))).join(""),
  });
  const zero = filling(sizeOf(extentsOf(result)), 0, "float32");
  return [
    { shader: zero, tensors: [target] },
    { shader, tensors: [...remade.bound, target] },
  ];
}

/** What the gradients of each row come to. */
function sums(
  gradient: Gradient,
  outer: Outer,
  rows: Side,
  target: number,
  strides: Readonly<Record<string, number>>,
  dim: string,
): Pass {
  const { loop } = gradient;
  const remade = remaking(gradient, outer, rows, false);
  const count = rows === "queries" ? loop.queries : loop.keys;
  const ofRow = (i: string) => `(given_${i}.x + given_${i}.y) + (given_${i}.z + given_${i}.w)`;
  const shader = streaming({
    ...remade.parts,
    state: "  var total = vec4f();\n",
    step: (tile) => `${remade.step(tile)}    total += vec4f(${four.map(ofRow).join(", ")});\n`,
    end: `${summed("total")}  if (over == 0u) {
    let to = ${beginningOf({ z: outer.z, g: [] }, strides)};
    for (var i = 0u; i < ${each}u; i++) {
      if (here[i] < ${count}u) { y0[to + here[i] * ${strides[dim]}u] = total[i]; }
    }
  }
`,
  });
  return { shader, tensors: [...remade.bound, target] };
}
