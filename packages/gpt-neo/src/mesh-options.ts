/** Where and how a model is computed, as it is written down. */
export interface MeshOptions {
  readonly mesh?: string;
  readonly layout?: string;
  readonly storage?: string;
  readonly runtime?: "workers" | "simulator" | "mpi";
  readonly backend?: "wasm" | "webgpu" | "cpu" | "tensorflow";
  readonly deterministic?: boolean;
  readonly fastReduce?: boolean;
}
