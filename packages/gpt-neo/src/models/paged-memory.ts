import {
  add,
  and,
  broadcast,
  dimension,
  div,
  gather,
  greaterEqual,
  iota,
  less,
  lessEqual,
  maximum,
  merge,
  mod,
  mul,
  rename,
  scatter,
  split,
  sub,
  where,
} from "mtf";
import type { Config } from "../config/index.ts";
import { placesOfLayers } from "./cache.ts";
import type { Dims } from "./dims.ts";
import { ofEachKind } from "./each-kind.ts";
import type { Memory, Remember, Seen } from "./memory.ts";
import type { Blocks, LayerPool, Paged } from "./pool.ts";
import { type Positions, positionsOf } from "./ring.ts";

/** The memory of tokens that go on from what is in blocks. */
export function pagedMemory(config: Config, dims: Dims, paged: Paged): Memory {
  const { block: blocks, offset } = paged.pool[0]!.keys.dims;
  const positions = positionsOf(dims, paged);
  const there = less(positions, add(paged.before, paged.counts));
  const block = gather(paged.table, div(positions, offset.size), "page");
  // Padding goes nowhere.
  const place = add(mul(block, offset.size), mod(positions, offset.size));
  const slot = dimension("slot", blocks.size * offset.size);
  const slots = { slot: where(and(there, greaterEqual(block, 0)), place, -1) };
  const put = (into: Blocks, rows: Parameters<Remember>[0]): Blocks =>
    split(scatter(merge(into, ["block", "offset"], slot), rows, slots), slot, [blocks, offset]);
  const views = ofEachKind(config, (kind) =>
    viewOf(paged, positions, offset.size, kind === "local" ? config.window_size : undefined),
  );
  const at = placesOfLayers(config);
  const kept: LayerPool[] = [];
  return {
    positions,
    of: (layer) => (newKeys, newValues) => {
      const place = at.get(layer)!;
      const { keys, values } = paged.pool[place]!;
      const all = { keys: put(keys, newKeys), values: put(values, newValues) };
      kept[place] = all;
      return views.get(config.attention_layers[layer]!)!(all);
    },
    kept: () => ({ pool: kept }),
  };
}

/** What tokens may look at, of what a layer keeps. */
type View = (layer: LayerPool) => Seen;

/** @param window how many tokens one sees, itself the last; all of its row where there is none */
function viewOf(paged: Paged, positions: Positions, size: number, window?: number): View {
  const { table, first } =
    window === undefined ? whole(paged) : recent(paged, positions.dims.length.size, size, window);
  const memory = dimension("memory_length", table.dims.page.size * size);
  const kept = add(broadcast(mul(first, size), memory), iota(memory));
  const distance = sub(broadcast(positions, memory), kept);
  const past = greaterEqual(distance, 0);
  const visible = window === undefined ? past : and(past, lessEqual(distance, window - 1));
  const read = (blocks: Blocks) =>
    merge(gather(blocks, table, "block"), ["page", "offset"], memory);
  const { pool: _, ...rows } = paged;
  return (layer) => {
    const inBlocks = { ...layer, ...rows, window };
    return { keys: read(layer.keys), values: read(layer.values), visible, inBlocks };
  };
}

/** The blocks to be read of each row, and which of the row's the first of them is. */
type Read = Pick<Paged, "table"> & { readonly first: Paged["before"] };

function whole({ table, before }: Paged): Read {
  return { table, first: mul(before, 0) };
}

/** Those that the window of the first token reaches, up to the last token's. */
function recent(paged: Paged, length: number, size: number, window: number): Read {
  const { table, before } = paged;
  const most = Math.ceil((window + length + size - 2) / size);
  if (most >= table.dims.page.size) return whole(paged);
  const first = maximum(div(sub(before, window - 1), size), 0);
  const taken = dimension("taken", most);
  const pages = add(broadcast(first, taken), iota(taken));
  return { table: rename(gather(table, pages, "page"), "taken", "page"), first };
}
