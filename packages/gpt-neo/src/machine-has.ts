import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineMesh, MtfError } from "mtf";
import { mpiVersion } from "mtf/mpi";
import { simulator } from "mtf/simulator";
import { gpuAdapters } from "mtf/workers";
import { blasAdvice } from "./blas-advice.ts";
import { thisMachine } from "./fit/index.ts";
import { printBytes } from "./fit/need.ts";
import { optionsInWords } from "./options-in-words.ts";
import { devicesFor } from "./session.ts";

/** Something that devices are made of, or that is chosen of it. */
export interface Part {
  readonly name: string;
  /** What there is; undefined where there is none. */
  readonly found?: string | undefined;
  /** Why it is taken, or how to get it. */
  readonly advice: readonly string[];
}

/** More rows than any machine has cores. */
const manyRows = 1 << 20;

/**
 * What this machine has to compute with, each part looked for as a run would, and what a run takes of
 * it where nobody says.
 */
export async function machineHas(): Promise<readonly Part[]> {
  const { cores, memoryBytes } = thisMachine();
  const memory = Number.isFinite(memoryBytes) ? printBytes(memoryBytes) : undefined;
  const wasm = await opened("wasm");
  // Where what MTF_BLAS names is refused, there are the kernels all the same.
  const { found, advice } = wasm.found ? wasm : await opened("wasm", true);
  const [kernels, blas] = found?.split("+") ?? [];
  const devices = devicesFor({}, manyRows, cores);
  return [
    { name: "cores", found: `${cores}`, advice: [] },
    { name: "memory", found: memory, advice: [] },
    { name: "WebAssembly", found: kernels, advice },
    {
      name: "BLAS",
      found: blas,
      advice: blas ? [] : wasm.found ? whyNoBlas(kernels) : wasm.advice,
    },
    { name: "GPU", ...(await gpusHere()) },
    { name: "TensorFlow", ...(await opened("tensorflow")) },
    { name: "MPI", ...mpiHere() },
    {
      name: "`runtime`",
      found: "workers",
      advice: [
        `a worker for each core, 8 at most and one for each row at most: here ${optionsInWords({ mesh: `data:${devices}` })}`,
        "simulator and mpi are taken only where they are asked for",
      ],
    },
    {
      name: "`backend`",
      found: "wasm",
      advice: [
        blas ? `it is there everywhere; products go to ${blas}` : "it is there everywhere",
        "webgpu, cpu and tensorflow are taken only where they are asked for",
      ],
    },
  ];
}

function whyNoBlas(kernels = ""): readonly string[] {
  if (process.env.MTF_BLAS === "off") return ["MTF_BLAS=off says so"];
  return blasAdvice(kernels);
}

/** A backend as a run would open it on one device, or with its own kernels alone. */
async function opened(
  backend: "wasm" | "tensorflow" | "webgpu",
  deterministic = false,
): Promise<Omit<Part, "name">> {
  try {
    const devices = await simulator(defineMesh({ data: 1 }), { backend, deterministic });
    const { variant } = devices;
    await devices.close();
    return { found: variant, advice: [] };
  } catch (error) {
    return missing(error);
  }
}

/** The adapters that WebGPU finds, if a run could use one. */
async function gpusHere(): Promise<Omit<Part, "name">> {
  const { found, advice } = await opened("webgpu");
  if (found === undefined) return { advice };
  try {
    const [first, ...others] = await gpuAdapters();
    return { found: first!, advice: others.map((name) => `and ${name}`) };
  } catch (error) {
    return missing(error);
  }
}

/** What starts processes; where there are several of MPI, Debian calls MPICH's so. */
const launchers = ["mpirun", "mpiexec", "srun"];
const ofMpich = ["mpirun.mpich", "mpiexec.hydra"];

function mpiHere(): Omit<Part, "name"> {
  try {
    const version = mpiVersion();
    const own = /^MPICH/.test(version) ? ofMpich : [];
    const launcher = [...own, ...launchers].find(isOnPath);
    const advice = launcher ? [] : ["no mpirun, mpiexec or srun is on the PATH to start processes"];
    return { found: `${version}${launcher ? `, started by ${launcher}` : ""}`, advice };
  } catch (error) {
    return missing(error);
  }
}

function missing(error: unknown): Omit<Part, "name"> {
  if (!(error instanceof MtfError)) throw error;
  const { evidence = [], try: instead = [] } = error.details;
  const [sentence] = error.message.split("\n");
  return {
    advice: [
      sentence!.replace(/^\[[a-z-]+\] /, ""),
      ...evidence.map(([label, text]) => `${label}: ${text}`),
      ...(instead.length > 0 ? [`to have it: ${instead.join(", or ")}`] : []),
    ],
  };
}

function isOnPath(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}
