/** A mesh and layout, as a command line has them. */
export interface Case {
  readonly mesh: string;
  readonly layout: string;
  readonly storage?: string;
}

/** What must not change a result. Sizes do not divide evenly in most of them. */
export const layouts: Readonly<Record<string, Case>> = {
  "one device": { mesh: "data:1", layout: "" },
  data: { mesh: "data:2", layout: "batch:data" },
  "heads and ff": { mesh: "model:2", layout: "heads:model,ff:model" },
  vocab: { mesh: "model:2", layout: "vocab:model" },
  both: { mesh: "data:2,model:2", layout: "batch:data,heads:model,ff:model,vocab:model" },
  "storage split": { mesh: "data:2", layout: "batch:data", storage: "embd:data" },
  "sequence split": { mesh: "seq:2", layout: "length:seq" },
  "sequence and memory split": {
    mesh: "seq:2,memory:2",
    layout: "length:seq,memory_length:memory",
  },
  "embd split": { mesh: "model:2", layout: "embd:model,heads:model" },
  "uneven in three": { mesh: "model:3", layout: "heads:model,ff:model,vocab:model,kv:model" },
  "fully sharded": {
    mesh: "pod:2,data:2",
    layout: "batch:pod+data",
    storage: "embd:data,vocab:pod,ff:pod",
  },
};

/** Those that differ most: batch and heads, two axes of one sum, a third of a dim, and slices at rest. */
export const few: readonly string[] = [
  "both",
  "sequence and memory split",
  "uneven in three",
  "fully sharded",
];

/** Some layouts in `npm test`, and all of them in `npm run test:layouts`. */
export function someOf<T>(all: readonly T[], some: readonly T[]): readonly T[] {
  return process.env.GPT_NEO_LAYOUTS === "all" ? all : some;
}
