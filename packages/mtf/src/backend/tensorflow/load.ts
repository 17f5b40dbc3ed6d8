import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import { MtfError } from "../../errors.ts";

/** An attribute of a TensorFlow op. */
interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The parts of tfjs-node's backend that are used beside its kernels. */
export interface NodeBackend extends KernelBackend {
  readonly binding: Readonly<Record<string, number>>;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
  ): TensorInfo;
  readSync(dataId: object): Float32Array | Int32Array | Uint8Array;
}

/** The packages that have TensorFlow's kernels, the one to be preferred first. */
export const packages = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** A package that is installed, and its backend. */
export interface Loaded {
  readonly name: (typeof packages)[number];
  readonly instance: NodeBackend;
}

/**
 * Loads the package of TensorFlow's kernels that is installed. The active backend of other users of
 * TensorFlow.js stays what it was.
 *
 * @throws MtfError `backend-unavailable` if there is none, or it cannot be loaded
 */
export async function loadTensorflow(threads: number): Promise<Loaded> {
  if (typeof process === "undefined" || !process.getBuiltinModule) {
    throw new MtfError("backend-unavailable", "TensorFlow's kernels run in Node only.");
  }
  const { createRequire } = process.getBuiltinModule("node:module");
  const require = createRequire(import.meta.url);
  const name = packages.find((candidate) => isInstalled(require, candidate));
  if (!name) {
    throw new MtfError("backend-unavailable", "TensorFlow's kernels are not installed.", {
      evidence: [["looked for", packages.join(", ")]],
      try: packages.map((candidate) => `npm install ${candidate}`).reverse(),
    });
  }
  // TensorFlow reads them once, when it is loaded.
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "1";
  supplyUtil(name);
  const { engine, findBackend, setBackend } = await import("@tensorflow/tfjs-core");
  const active = engine().backendName;
  try {
    // It makes itself the active one.
    require(name);
  } catch (error) {
    throw new MtfError("backend-unavailable", `${name} is installed and cannot be loaded.`, {
      evidence: [["cause", (error as Error).message.split("\n")[0]!]],
      try: [`npm rebuild ${name}, which downloads TensorFlow's library`],
    });
  }
  if (active) await setBackend(active);
  return { name, instance: findBackend("tensorflow") as NodeBackend };
}

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** Node lets go of functions that the package, older than that, still calls: one since Node 23. */
function supplyUtil(name: string): void {
  const util = process.getBuiltinModule("node:util") as unknown as Record<string, unknown>;
  const gone = {
    isNullOrUndefined: (x: unknown) => x === null || x === undefined,
    isArray: Array.isArray,
  };
  const missing = Object.entries(gone).filter(([key]) => util[key] === undefined);
  if (missing.length === 0) return;
  for (const [key, fn] of missing) util[key] = fn;
  const names = missing.map(([key]) => `util.${key}`).join(" and ");
  process.emitWarning(`${name} calls ${names}, which this Node lacks: mtf supplies them`);
}
