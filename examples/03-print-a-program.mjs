// Prints what one device executes for a layer of attention, under a layout of your choice. Nothing
// runs: no worker starts, and the mesh may be any size.
//
//   node examples/03-print-a-program.mjs [data:2,model:4] [batch:data,heads:model]
//
// Try length:model, embd:model or kv:model, and read which collectives each one costs.

import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  ledger,
  lower,
  MtfError,
  memoryPlan,
  parseRules,
  placeholder,
  rename,
  softmax,
} from "mtf";

const dims = defineDims({
  batch: 8,
  length: 128,
  memory_length: 128,
  embd: 512,
  heads: 8,
  kv: 64,
});
const { batch, length, embd, heads, kv } = dims;

function attention(params, x) {
  const memory = rename(x, "length", "memory_length");
  const query = einsum(x, params.query, "batch", "length", "heads", "kv");
  const keys = einsum(memory, params.key, "batch", "memory_length", "heads", "kv");
  const values = einsum(memory, params.value, "batch", "memory_length", "heads", "kv");
  const scores = einsum(query, keys, "batch", "heads", "length", "memory_length");
  const weights = softmax(scores, "memory_length");
  const mixed = einsum(weights, values, "batch", "length", "heads", "kv");
  return einsum(mixed, params.out, "batch", "length", "embd");
}

const projection = placeholder([embd, heads, kv]);
const params = {
  query: projection,
  key: projection,
  value: projection,
  out: placeholder([heads, kv, embd]),
};

try {
  const mesh = defineMesh(process.argv[2] ?? "data:2,model:4");
  const rules = parseRules(process.argv[3] ?? "batch:data,heads:model");
  const layout = defineLayout({ dims, mesh, rules });
  const lowered = lower(attention, {
    layout,
    inputs: [params, placeholder([batch, length, embd])],
  });
  console.log(lowered);
  console.log(`\n${ledger(lowered.program)}`);
  const { peakBytes } = memoryPlan(lowered.program);
  console.log(`at most ${peakBytes.toLocaleString("en-US")} B on a device`);
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
