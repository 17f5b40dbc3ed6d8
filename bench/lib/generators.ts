import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "gpt-neo";
import { type Child, start } from "./child.ts";
import { onCores } from "./on-cores.ts";
import { exportOnnx, missingForTransformersJs } from "./onnx-export.ts";
import { fail } from "./options.ts";
import { missingFrom, peerFile } from "./python.ts";
import { writeRandomModel } from "./random-folder.ts";
import { note } from "./report.ts";

/** Ours by what its weights rest as, and without a BLAS; and peers. */
export type GeneratorName =
  | `ours${"" | "-own" | "-bfloat16" | "-float16" | "-int8"}`
  | "transformers"
  | "transformers.js";

/** What continues texts. */
export interface Generator {
  readonly name: GeneratorName;
  /** The file of its weights. */
  readonly weights: string;
  /** Starts it in a process of its own, on so many cores, to answer `Continue` by `Continued`. */
  start(cores: number): Child;
}

/**
 * Makes a model of random weights, gives those that are here to continue texts by it, and removes it.
 *
 * @param halves whether `ours-bfloat16` has a file of weights in bfloat16, and not everybody's in float32
 */
export async function withGenerators(
  config: Config,
  names: readonly GeneratorName[],
  use: (generators: readonly Generator[]) => Promise<void>,
  halves = false,
): Promise<void> {
  const here = names.filter((name) => {
    const missing = missingFor(name);
    if (missing) note(`${name} is left out: ${missing}`);
    return !missing;
  });
  if (here.length === 0) fail("none of these systems is here");
  const folder = mkdtempSync(join(tmpdir(), "bench-generate-"));
  const of = (name: string) => join(folder, name);
  const [model, narrow, onnx] = [of("model"), of("narrow-model"), of("onnx-model")];
  const isNarrow = (name: GeneratorName) => halves && name === "ours-bfloat16";
  try {
    if (!here.every(isNarrow)) await writeRandomModel(model, config);
    if (here.some(isNarrow)) await writeRandomModel(narrow, config, undefined, "BF16");
    const left = here.includes("transformers.js") ? await withoutFailed(here, model, onnx) : here;
    if (left.length === 0) throw new Error("none of these systems is here");
    await use(
      left.map((name) => {
        if (name === "transformers.js") return js(onnx);
        return generator(name, isNarrow(name) ? narrow : model);
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Exports the model for transformers.js, which is left out where this fails: others do not need it. */
async function withoutFailed(
  here: readonly GeneratorName[],
  model: string,
  onnx: string,
): Promise<readonly GeneratorName[]> {
  try {
    await exportOnnx(model, onnx);
    return here;
  } catch (error) {
    note(`transformers.js is left out: its model was not exported: ${(error as Error).message}`);
    return here.filter((name) => name !== "transformers.js");
  }
}

function missingFor(name: GeneratorName): string | undefined {
  if (name === "transformers.js") return missingForTransformersJs();
  return name === "transformers" ? missingFrom("python3", ["torch", "transformers"]) : undefined;
}

function js(folder: string): Generator {
  const args = (cores: number) => [peerFile("transformers-js.mjs"), folder, `${cores}`];
  return {
    name: "transformers.js",
    weights: join(folder, "onnx", "model.onnx"),
    start: (cores) => start(...onCores(cores, process.execPath, args(cores))),
  };
}

function generator(name: Exclude<GeneratorName, "transformers.js">, folder: string): Generator {
  const weights = join(folder, "model.safetensors");
  if (name === "transformers") {
    const args = (cores: number) => [peerFile("generate.py"), folder, `${cores}`];
    return { name, weights, start: (cores) => start(...onCores(cores, "python3", args(cores))) };
  }
  const [, how = "float32"] = name.split("-");
  const dtype = how === "own" ? "float32" : how;
  const env = how === "own" ? { ...process.env, MTF_BLAS: "off" } : process.env;
  const args = (cores: number) => [peerFile("generate.mjs"), folder, `${cores}`, dtype];
  return {
    ...{ name, weights },
    start: (cores) => start(...onCores(cores, process.execPath, args(cores)), env),
  };
}
