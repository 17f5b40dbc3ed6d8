import {
  add,
  clipByGlobalNorm,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  gelu,
  type Layout,
  layerNorm,
  mul,
  ones,
  placeholder,
  recompute,
  relu,
  rename,
  sgd,
  softmax,
  sum,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";
import { type TracedLeaves, trace } from "../../src/trace.ts";
import { randomFrom } from "./drawn.ts";

/** A model of blocks of a few kinds in turn, traced, with drawn rules. */
export interface BlockModel {
  readonly step: (state: State, x: Rows) => readonly [State, Tensor<never>];
  readonly inputs: [State, Rows];
  readonly traced: TracedLeaves;
  readonly layout: Layout;
  readonly text: string;
}

const dims = defineDims({ batch: 8, embd: 16, ff: 32, heads: 4, kv: 4, length: 8, memory: 8 });
const { batch, embd, ff, heads, kv, length } = dims;

type Rows = Tensor<"batch" | "length" | "embd">;

interface Block {
  readonly gain: Tensor<"embd">;
  readonly bias: Tensor<"embd">;
  readonly up: Tensor<"embd" | "ff">;
  readonly down: Tensor<"ff" | "embd">;
  readonly query: Tensor<"embd" | "heads" | "kv">;
  readonly out: Tensor<"heads" | "kv" | "embd">;
}

interface State {
  readonly blocks: readonly Block[];
  readonly last: Tensor<"embd">;
}

/** What blocks compute: the last has a constant of its own in each block. */
const kinds = {
  feedForward: (x: Rows, { gain, bias, up, down }: Block, activate: typeof relu): Rows => {
    const wide = einsum(layerNorm(x, gain, bias, "embd"), up, "batch", "length", "ff");
    return add(x, einsum(activate(wide), down, "batch", "length", "embd"));
  },
  attention: (x: Rows, { query, out, bias }: Block, activate: typeof relu): Rows => {
    const q = einsum(x, query, "batch", "length", "heads", "kv");
    const k = rename(activate(q), "length", "memory");
    const scores = softmax(einsum(q, k, "batch", "heads", "length", "memory"), "memory");
    const found = einsum(scores, k, "batch", "length", "heads", "kv");
    return add(x, add(einsum(found, out, "batch", "length", "embd"), bias));
  },
  scaled: (x: Rows, { gain, bias }: Block, activate: typeof relu): Rows =>
    add(activate(mul(x, add(gain, ones([embd])))), bias),
} as const;

/**
 * Draws what so many blocks compute, whether they are trained and how they are laid out.
 *
 * @param differs a block with another activation than all others
 */
export function drawBlockModel(seed: number, blocks: number, differs?: number): BlockModel {
  const random = randomFrom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const turn = Array.from({ length: pick([1, 1, 2, 3]) }, () => pick(names));
  const [again, clips, trains] = [pick([true, false, false]), pick([true, false]), random() < 0.75];
  const layout = drawnLayout(pick);
  const loss = (state: State, x: Rows) => {
    const last = state.blocks.reduce((rows, block, i) => {
      const compute = kinds[turn[i % turn.length]!];
      const own = (from: Rows) => compute(from, block, i === differs ? gelu : relu);
      return again ? recompute(own)(rows) : own(rows);
    }, x);
    return sum(mul(einsum(last, state.last, "batch", "length"), 1e-3));
  };
  const step: BlockModel["step"] = (state, x) => {
    if (!trains) return [state, loss(state, x)];
    const [value, gradient] = valueAndGrad(loss)(state, x);
    const clipped = clips ? clipByGlobalNorm(gradient, 1).clipped : gradient;
    return [sgd(state, clipped, { rate: 0.1 }), value];
  };
  const inputs: [State, Rows] = [stateOf(blocks), placeholder([batch, length, embd])];
  const { rules, storage, mesh } = layout;
  const text = JSON.stringify({
    seed,
    blocks,
    differs,
    turn,
    again,
    clips,
    trains,
    rules,
    storage,
    mesh,
  });
  return { step, inputs, traced: trace(step, inputs), layout, text };
}

function stateOf(blocks: number): State {
  const block = () => ({
    gain: placeholder([embd]),
    bias: placeholder([embd]),
    up: placeholder([embd, ff]),
    down: placeholder([ff, embd]),
    query: placeholder([embd, heads, kv]),
    out: placeholder([heads, kv, embd]),
  });
  return { blocks: Array.from({ length: blocks }, block), last: placeholder([embd]) };
}

function drawnLayout(pick: <T>(items: readonly T[]) => T): Layout {
  const mesh = pick([defineMesh({ data: 2 }), defineMesh({ data: 2, model: 2 })]);
  const all = Object.keys(dims);
  const drawn = (most: number) =>
    Object.fromEntries(
      mesh.names.flatMap((axis) =>
        Array.from({ length: pick([0, 1, most]) }, () => [pick(all), axis]),
      ),
    );
  const path = pick(["", "0/blocks", "0/blocks/7", "up"]);
  const storage = pick([true, false, false]) ? { [path]: drawn(1) } : {};
  return defineLayout<string, string>({
    dims,
    mesh,
    rules: drawn(2),
    storage,
    stored: pick(["regather", "keep"]),
  });
}
