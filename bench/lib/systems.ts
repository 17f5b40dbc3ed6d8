import { createRequire } from "node:module";
import { type Child, start, startModule } from "./child.ts";
import { missingFrom, peerFile } from "./python.ts";

/** What takes training steps. */
export interface System {
  /** Starts it in a process of its own, for the task in a folder. */
  start(folder: string): Child;
  /** What it needs and is not here, if anything. */
  missing?(): string | undefined;
}

/** Ours without a BLAS, whether there is one or not: what is installed by npm alone. */
const own = { ...process.env, MTF_BLAS: "off" };

const ours = (mesh: string, env?: NodeJS.ProcessEnv): System => ({
  start: (folder) => startModule("peers/ours.ts", [folder, mesh], env),
});

const python = (file: string, module: string): System => ({
  start: (folder) => start("python3", [peerFile(file), folder]),
  missing: () => missingFrom("python3", [module]),
});

const tfjsNode = (file: string, args: readonly string[]): System => ({
  start: (folder) => startModule(file, [folder, ...args]),
  missing: () => {
    try {
      createRequire(import.meta.url).resolve("@tensorflow/tfjs-node");
      return undefined;
    } catch {
      return "@tensorflow/tfjs-node is not installed";
    }
  },
});

export type SystemName =
  | `ours-${"1" | "2-data" | "2-model"}${"" | "-own"}`
  | "ours-tensorflow"
  | "jax-js"
  | `tfjs-${"wasm" | "wasm-explicit" | "node"}`
  | "pytorch"
  | "jax";

/** Everything that `bench -- train-step` compares. */
export const systems: Readonly<Record<SystemName, System>> = {
  "ours-1": ours("data:1"),
  "ours-2-data": ours("data:2"),
  "ours-2-model": ours("model:2"),
  "ours-1-own": ours("data:1", own),
  "ours-2-data-own": ours("data:2", own),
  "ours-2-model-own": ours("model:2", own),
  "ours-tensorflow": tfjsNode("peers/ours.ts", ["data:1", "tensorflow"]),
  "jax-js": { start: (folder) => startModule("peers/jax-js.ts", [folder]) },
  "tfjs-wasm": { start: (folder) => startModule("peers/tfjs.ts", [folder]) },
  "tfjs-wasm-explicit": { start: (folder) => startModule("peers/tfjs.ts", [folder, "explicit"]) },
  "tfjs-node": tfjsNode("peers/tfjs.ts", ["node"]),
  pytorch: python("pytorch.py", "torch"),
  jax: python("jax_step.py", "jax"),
};
