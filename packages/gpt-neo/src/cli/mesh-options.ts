import type { MeshOptions } from "../mesh-options.ts";
import { anyText, choice, flag, type Options, otherwise, text } from "./option.ts";

export const meshOptions: Options<MeshOptions> = {
  mesh: otherwise(
    "one per core or process, or as many as needed",
    text("AXES", "devices: data:2,model:2"),
  ),
  layout: otherwise(
    "as below",
    anyText("RULES", "which dim is split over which axis: batch:data,heads:model"),
  ),
  storage: otherwise(
    "as --layout",
    text("RULES", "how parameters rest where they are not computed with: embd:data"),
  ),
  runtime: otherwise(
    "workers",
    choice(["workers", "simulator", "mpi"], "a worker per device; all in one; mpirun's processes"),
  ),
  backend: otherwise(
    "wasm",
    choice(
      ["wasm", "webgpu", "cpu", "tensorflow"],
      "what computes an op: fast; a GPU; plain; TensorFlow, if installed",
    ),
  ),
  fastReduce: flag("on mpi: sums are MPI's, in whatever order it finds fast"),
  deterministic: flag("the same bits on every machine; slower: no BLAS, no relaxed SIMD"),
};

export const meshNotes: string = `Dims that --layout and --storage name:
  batch, length, memory_length, embd, heads, kv, ff, vocab; of GPT-Neo and GPT-2 also position
A dim may go to several axes: batch:pod+data. Without --layout, batch goes to data; heads, ff and
vocab go to model, as far as the mesh has these axes. No layout changes a result.`;
