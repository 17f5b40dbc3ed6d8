import { type AnyTensor, dimsOf } from "../../src/graph/tensor.ts";
import {
  add,
  type Dimension,
  defineDims,
  defineLayout,
  defineMesh,
  dimension,
  einsum,
  gather,
  iota,
  layerNorm,
  max,
  merge,
  mul,
  placeholder,
  recompute,
  relu,
  rename,
  softmax,
  split,
  sum,
} from "../../src/index.ts";
import { type Layout, layoutArgument } from "../../src/layout.ts";
import { type TracedLeaves, trace } from "../../src/trace.ts";

/** A small program under rules, drawn at random: its products are worth splitting. */
export interface Drawn {
  readonly traced: TracedLeaves;
  readonly layout: Layout;
  readonly text: string;
}

type Loose = (...args: readonly unknown[]) => AnyTensor;

/** Numbers in [0, 1) that follow from a seed (Mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function draw(seed: number): Drawn {
  const random = randomFrom(seed);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  const some = <T>(items: readonly T[], least: number): readonly T[] => {
    const chosen = items.filter(() => random() < 0.5);
    return chosen.length >= least ? chosen : items.slice(0, least);
  };
  const size = () => 2 ** (4 + below(7));
  const [a, b] = [size(), size()];
  // The first two are also one, which rules may split as well.
  const dims = defineDims({ a, b, c: size(), d: size(), ab: a * b });
  const { ab: merged, ...separate } = dims;
  const all: readonly Dimension[] = Object.values(separate);
  const mesh = defineMesh(pick(["x:2", "x:4", "x:2,y:2"]));
  const rules: Record<string, string> = {};
  for (const name of shuffled(Object.keys(dims), random)) {
    if (random() < 0.6) rules[name] = pick(mesh.names);
  }
  const stored: Record<string, string> = {};
  for (const { name } of all) if (random() < 0.3) stored[name] = pick(mesh.names);
  const storage = random() < 0.3 ? { "0": stored } : undefined;
  const layout = defineLayout({ dims, mesh, rules, storage } as never) as Layout;
  layoutArgument("draw", "layout", layout);
  const operands = [0, 1, 2].map(() => {
    const among = random() < 0.2 ? [merged, separate.c, separate.d] : all;
    return placeholder(shuffled(some(among, 2), random).slice(0, 3) as never);
  });
  const inputs = [...operands, ...all.map((dim) => placeholder([dim] as never))];
  const ops = 2 + below(3);
  const lines: string[] = [];
  const fn = (...args: readonly AnyTensor[]): AnyTensor => {
    const values = args.slice(0, operands.length);
    const scales = args.slice(operands.length);
    for (let i = 0; i < ops; i++) {
      const last = i === 0 ? pick(values) : values.at(-1)!;
      const other = pick(values);
      const names = [...new Set([...dimsOf(last), ...dimsOf(other)].map((d) => d.name))];
      const result = drawOp(last, other, names, scales);
      values.push(result);
    }
    return values.at(-1)!;
  };
  const drawOp = (
    last: AnyTensor,
    other: AnyTensor,
    names: readonly string[],
    scales: readonly AnyTensor[],
  ): AnyTensor => {
    const kind = random();
    const own = dimsOf(last).map((d) => d.name);
    if (kind < 0.55) {
      const others = dimsOf(other).map((d) => d.name);
      const out = names.filter((n) => !(own.includes(n) && others.includes(n)) || random() < 0.4);
      lines.push(`einsum(${own} ; ${dimsOf(other).map((d) => d.name)} -> ${out})`);
      return (einsum as Loose)(last, other, ...out);
    }
    const [first] = own;
    const [parts, whole] = [["a", "b"].filter((name) => own.includes(name)), own.includes("ab")];
    if (parts.length === 2 && !whole && random() < 0.15) {
      return note("merge", own, (merge as Loose)(last, ["a", "b"], merged));
    }
    if (parts.length === 0 && whole && random() < 0.25) {
      return note("split", own, (split as Loose)(last, "ab", [separate.a, separate.b]));
    }
    const scale = scales.find((own) => dimsOf(own)[0]!.name === first);
    if (scale && own.length > 1 && random() < 0.08) {
      return note("layerNorm", own, (layerNorm as Loose)(last, scale, scale, first));
    }
    if (kind < 0.61) return note("relu", own, (relu as Loose)(last));
    if (kind < 0.64 && first) return note("softmax", own, (softmax as Loose)(last, first));
    if (kind < 0.67) return note("recompute", own, recompute(activated)(last) as AnyTensor);
    if (kind < 0.7 && first && !first.includes("_")) {
      return note("rename", own, (rename as Loose)(last, first, `${first}_2`));
    }
    if (kind < 0.73 && own.length > 1 && first !== "row") {
      return note("gather", own, (gather as Loose)(last, iota(dimension("row", 32)), first));
    }
    if (kind < 0.79 && own.length > 1) return note("max", own, (max as Loose)(last, own[0]!));
    if (kind < 0.84 && own.length > 1) return note("sum", own, (sum as Loose)(last, own[0]!));
    const same = dimsOf(other).every((d) => own.includes(d.name));
    if (same && kind < 0.9) return note("add", own, (add as Loose)(last, other));
    return note("mul", own, (mul as Loose)(last, 2));
  };
  const note = (name: string, own: readonly string[], result: AnyTensor) => {
    lines.push(`${name}(${own})`);
    return result;
  };
  const traced = trace(fn as never, inputs as never) as unknown as TracedLeaves;
  const text = [
    `seed ${seed} ${JSON.stringify(mesh.axes)} ${JSON.stringify(rules)} ${JSON.stringify(storage)}`,
    all.map((d) => `${d.name}=${d.size}`).join(" "),
    ...lines,
  ].join("\n");
  return { traced, layout, text };
}

/** The body of a region that runs once. */
const activated = (x: AnyTensor): AnyTensor => (mul as Loose)((relu as Loose)(x), 3);

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const keyed = items.map((item) => [random(), item] as const);
  return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
}
