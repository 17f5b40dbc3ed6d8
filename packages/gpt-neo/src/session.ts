import { defineLayout, defineMesh, type Layout, type Mesh, MtfError, parseRules } from "mtf";
import { mpi, mpiRanks } from "mtf/mpi";
import { type Devices, simulator } from "mtf/simulator";
import { coresOfMachine, workers } from "mtf/workers";
import type { Dims } from "./models/index.ts";
import { wrongOption } from "./wrong-option.ts";

/** Where a model runs, as command lines say it; whatever is left out has a default. */
export interface SessionOptions {
  /**
   * `data:2,model:2`; by default as many devices along `data` as there are cores, or one on `webgpu`
   * and on `tensorflow`, which takes all cores itself; on `mpi` as many as there are processes. A model of
   * 128 MiB or more that generates is split over the cores along `model`.
   */
  readonly mesh?: string | undefined;
  /** `batch:data,heads:model`; by default every dim that the mesh has an axis for. */
  readonly layout?: string | undefined;
  /** How parameters and optimizer state rest: `embd:data`. */
  readonly storage?: string | undefined;
  /** `mpi` is a process per device, as `mpirun` has started them. */
  readonly runtime?: "workers" | "simulator" | "mpi" | undefined;
  /**
   * `webgpu` is a GPU, by the package `webgpu`; `tensorflow` is TensorFlow's own kernels, where
   * `@tensorflow/tfjs-node` or `-gpu` is installed.
   */
  readonly backend?: "wasm" | "webgpu" | "cpu" | "tensorflow" | undefined;
  /** Compute only with kernels that give the same bits on every machine. */
  readonly deterministic?: boolean | undefined;
  /** On `mpi`: leave sums over devices to MPI, in whatever order is fast. */
  readonly fastReduce?: boolean | undefined;
}

/** The dims of GPT-Neo by the names that its original configs used. */
const aliases: Readonly<Record<string, string>> = {
  sequence: "length",
  embed_sequence: "position",
  n_embd: "embd",
  n_ctx: "length",
  n_head: "heads",
  n_vocab: "vocab",
  features_per_head: "kv",
  intermediate_expanded: "ff",
};

/** The axis that each dim is split over where the mesh has it. */
const usual: Readonly<Record<string, string>> = {
  batch: "data",
  heads: "model",
  ff: "model",
  vocab: "model",
};

/**
 * The mesh of a command line, or one device for each core, at most 8 and at most one for each
 * sequence of a batch; on `webgpu` and `tensorflow` one device; on `mpi` one for each process.
 *
 * @throws MtfError `bad-mesh`
 * @example
 * const mesh = meshOf({ mesh: "data:2,model:2" }, 8);
 */
export function meshOf(options: SessionOptions, batch: number): Mesh {
  if (options.mesh !== undefined) return defineMesh(options.mesh);
  return defineMesh({ data: devicesFor(options, batch) });
}

/**
 * The devices of a mesh that nobody has written: one for each core, at most 8 and one a row.
 * TensorFlow's threads are the process's: one device has them all, as one has the GPU.
 */
export function devicesFor(
  { runtime, backend }: Pick<SessionOptions, "runtime" | "backend">,
  batch: number,
  cores: number = coresOfMachine(),
): number {
  if (runtime === "mpi") return mpiRanks().size;
  if (backend === "tensorflow" || backend === "webgpu") return 1;
  return Math.max(1, Math.min(cores, 8, batch));
}

/**
 * The layout of a command line on a mesh. Dims may go by the original's names.
 *
 * @throws MtfError `bad-rule`, `unknown-dim`, `unknown-axis`
 * @example
 * const layout = layoutOf({ layout: "batch:data,heads:model" }, mesh, dims);
 */
export function layoutOf(options: SessionOptions, mesh: Mesh, dims: Dims): Layout {
  const written = (text: string) =>
    Object.fromEntries(
      Object.entries(parseRules(text)).map(([dim, axes]) => [aliases[dim] ?? dim, axes]),
    );
  const rules =
    options.layout === undefined
      ? Object.fromEntries(Object.entries(usual).filter(([, axis]) => mesh.names.includes(axis)))
      : written(options.layout);
  const storage = options.storage === undefined ? {} : { "": written(options.storage) };
  const named: Record<string, Dims[keyof Dims]> = { ...dims };
  return defineLayout<string, string>({ dims: named, mesh, rules, storage });
}

/** `batch -> data, heads -> model`, as it is written: what rests in slices by itself is left out. */
export function printLayout(layout: Layout): string {
  const told = (rules: Layout["rules"]) =>
    rules.map(([dim, axes]) => `${dim} -> ${axes.join("+")}`).join(", ");
  const table = told(layout.rules);
  const stored = told(layout.storage.flatMap(({ path, rules }) => (path === "" ? rules : [])));
  return `${table || "everything replicated"}${stored && `; stored ${stored}`}`;
}

/**
 * Starts the devices of a mesh.
 *
 * @throws MtfError `backend-unavailable`; `bad-argument` for another runtime; `bad-mesh` for far more
 * workers than the machine has cores, and for more or fewer devices than there are processes of MPI
 * @example
 * const devices = await openDevices({ runtime: "simulator" }, mesh);
 * await devices.close();
 */
export async function openDevices(options: SessionOptions, mesh: Mesh): Promise<Devices> {
  const computing = {
    backend: options.backend ?? "wasm",
    deterministic: options.deterministic ?? false,
  };
  const { runtime = "workers", fastReduce = false } = options;
  if (fastReduce && runtime !== "mpi") {
    throw new MtfError(
      "bad-argument",
      `\`fastReduce\` goes with the runtime mpi, not ${runtime}.`,
      {
        try: ['`runtime: "mpi"`, under mpirun', "no `fastReduce`"],
      },
    );
  }
  if (runtime === "simulator") return simulator(mesh, computing);
  if (runtime === "workers") return workers(mesh, computing);
  if (runtime === "mpi") return mpi(mesh, { ...computing, fastReduce });
  throw wrongOption("openDevices", "runtime", runtime, '"workers", "simulator" or "mpi"');
}
