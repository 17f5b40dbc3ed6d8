/** Where and how a model is computed, as it is written down. */
export interface MeshOptions {
  /** The devices: `data:2,model:2`; by default one per core or process, or as many as needed. */
  readonly mesh?: string;
  /** Which dim is split over which axis: `batch:data,heads:model`; by default as `layoutOf` says. */
  readonly layout?: string;
  /** How parameters rest where they are not computed with: `embd:data`; by default as in `layout`. */
  readonly storage?: string;
  /** A worker per device, which is the default; all devices in one thread; or mpirun's processes. */
  readonly runtime?: "workers" | "simulator" | "mpi";
  /** What computes an op: fast, which is the default; a GPU; plain; or TensorFlow, if installed. */
  readonly backend?: "wasm" | "webgpu" | "cpu" | "tensorflow";
  /** Whether bits are the same on every machine, which is slower. */
  readonly deterministic?: boolean;
  /** On `mpi`: whether sums over devices are MPI's, in whatever order it finds fast. */
  readonly fastReduce?: boolean;
}
