import { type FileHandle, open } from "node:fs/promises";
import { MtfError } from "mtf";
import { isOriginalConfig } from "../config/original.ts";
import { crc32c, masked } from "../crc32c.ts";
import type { Format } from "../data/index.ts";
import { isObject } from "../json.ts";
import { parsePythonJson } from "../python-json.ts";

/** What the content of a file says it is. */
export type FileKind =
  | { readonly kind: "weights" | "tokenizer" | "config" | "log" | "events" | "packed" }
  | { readonly kind: "data"; readonly format: Format }
  | { readonly kind: "unknown" };

/** More than any config or tokenizer has. */
const longestJson = 64 << 20;

/** As much of a file as its kind is told by. */
const headBytes = 4096;

/**
 * Tells what a file is by its content; what its content does not tell, as where it is damaged, its
 * name may.
 *
 * @throws MtfError `bad-file` if it cannot be read
 */
export async function kindOfFile(path: string): Promise<FileKind> {
  const told = await kindOfContent(path);
  const byName =
    told.kind === "unknown" ? kindsByName.find(([name]) => name.test(path)) : undefined;
  return byName ? { kind: byName[1] } : told;
}

/** Names that say what their files are meant to be. */
const kindsByName: readonly (readonly [RegExp, "weights" | "events" | "tokenizer" | "config"])[] = [
  [/\.safetensors$|\.(bin|safetensors)\.index\.json$|\.index$/i, "weights"],
  [/(^|[/\\])pytorch_model[^/\\]*\.bin$|\.pth?$/i, "weights"],
  [/tfevents[^/\\]*$/, "events"],
  [/(tokenizer[^/\\]*|(^|[/\\])vocab)\.json$/i, "tokenizer"],
  [/\.json$/i, "config"],
];

async function kindOfContent(path: string): Promise<FileKind> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(Math.min(size, headBytes));
      await file.read(head, 0, head.length, 0);
      const end = Buffer.alloc(Math.min(size, 8));
      await file.read(end, 0, end.length, size - end.length);
      const binary = binaryKind(head, end, size);
      if (binary) return binary;
      if (head.includes(0)) return { kind: "unknown" };
      const first = head
        .toString("utf8")
        .replace(/^\uFEFF/, "")
        .trimStart()[0];
      if (first === undefined) return { kind: "unknown" };
      if (first === "[") return { kind: "data", format: "json" };
      if (first !== "{") return { kind: /\.ya?ml$/i.test(path) ? "config" : "unknown" };
      // Lines are told by the first one: what may be a file of any size is not read.
      const text = head.toString("utf8");
      const lines = text.trim().split("\n", 2);
      if (lines.length > 1 && parsed(lines[0]!)) return lineKind(text);
      return jsonKind(size > longestJson ? text : await wholeText(file, size));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new MtfError("bad-file", `${path} cannot be read: ${(error as Error).message}.`, {
      file: path,
    });
  }
}

async function wholeText(file: FileHandle, size: number): Promise<string> {
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, 0);
  return bytes.toString("utf8", 0, bytesRead);
}

/** The last bytes of TensorFlow's tables, as they are in a file. */
const tableEnd = Buffer.from("57fb808b247547db", "hex");

function binaryKind(head: Buffer, end: Buffer, size: number): FileKind | undefined {
  const begins = (...magic: number[]) => magic.every((byte, i) => head[i] === byte);
  if (begins(0x1f, 0x8b) || begins(0x28, 0xb5, 0x2f, 0xfd)) return { kind: "packed" };
  // A zip, and a pickle without one.
  if (begins(0x50, 0x4b, 3, 4) || begins(0x80, 2)) return { kind: "weights" };
  if (head.subarray(0, 7).toString("latin1") === "MMIDIDX") return { kind: "data", format: "bin" };
  if (end.equals(tableEnd)) return { kind: "weights" };
  if (head.length >= 12 && head.readUInt32LE(8) === masked(crc32c(head.subarray(0, 8)))) {
    const event = head.subarray(12, 64).includes("brain.Event:");
    return event ? { kind: "events" } : { kind: "data", format: "tfrecords" };
  }
  const header = head.length >= 9 && head[8] === 0x7b ? head.readBigUInt64LE(0) : undefined;
  if (header !== undefined && header + 8n <= BigInt(size)) return { kind: "weights" };
  return undefined;
}

/** The keys that configs of one kind or another cannot do without. */
const configKeys = [
  "hidden_size",
  "hidden-size",
  "model_type",
  "num_layers",
  "num-layers",
  "training",
  "vocab_size",
];

function jsonKind(text: string): FileKind {
  const value = parsed(text);
  if (value === undefined) return lineKind(text);
  const original: boolean = isOriginalConfig(value);
  if (original) return { kind: "config" };
  if ("text" in value || "input_ids" in value) return { kind: "data", format: "json" };
  if (isObject(value.weight_map)) return { kind: "weights" };
  if (isObject(value.model) && "vocab" in value.model) return { kind: "tokenizer" };
  if (configKeys.some((key) => key in value)) return { kind: "config" };
  const ids = Object.values(value);
  if (ids.length > 100 && ids.every((id) => Number.isInteger(id))) return { kind: "tokenizer" };
  return lineKind(text);
}

/** One object after the other: data, or a run's log. */
function lineKind(text: string): FileKind {
  const line = parsed(text.trimStart().split("\n", 1)[0]!);
  if (line === undefined) return { kind: "unknown" };
  if (typeof line.step === "number" && "loss" in line) return { kind: "log" };
  return { kind: "data", format: "jsonl" };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value = parsePythonJson(text.replace(/^\uFEFF/, ""));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
