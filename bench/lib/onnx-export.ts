import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { missingFrom, peerFile } from "./python.ts";
import { note } from "./report.ts";

// A Python environment of the exporter's own: it wants an older transformers than there is beside it.
const place = "node_modules/.cache/onnx-export";
const python = fileURLToPath(new URL(`../../${place}/bin/python`, import.meta.url));

/** What transformers.js needs and is not here, if anything, with the line that installs it. */
export function missingForTransformersJs(): string | undefined {
  try {
    createRequire(import.meta.url).resolve("@huggingface/transformers");
  } catch {
    // The binaries of processors are in the package; without the variable it fetches some of GPUs.
    const line = "ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save @huggingface/transformers";
    return `@huggingface/transformers is not installed. To have it: ${line}`;
  }
  if (!missingFrom(python, ["optimum", "onnxruntime", "accelerate"])) return undefined;
  const line = `python3 -m venv ${place} && ${place}/bin/pip install optimum-onnx onnxruntime accelerate`;
  return `nothing here makes its model. To have it: ${line}`;
}

/** Makes transformers.js's folder of a model's. */
export async function exportOnnx(folder: string, out: string): Promise<void> {
  note("the model of transformers.js is being exported");
  await promisify(execFile)(python, [peerFile("export_onnx.py"), folder, out]);
}
