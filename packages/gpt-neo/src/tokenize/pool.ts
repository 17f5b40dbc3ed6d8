import { Worker } from "node:worker_threads";
import type { Tokenizer } from "../tokenizer/index.ts";
import { encodeUnit } from "./encode-unit.ts";
import { errorOf, type Reply, type Start } from "./messages.ts";
import type { Encoded, Unit } from "./unit.ts";

/** Threads that encode units. */
export interface Pool {
  /** Units that may be under way at once. */
  readonly capacity: number;
  encode(unit: Unit): Promise<Encoded>;
  close(): Promise<void>;
}

/** Units a thread has at once: enough to work on while this thread waits for the disk. */
const perThread = 4;

/**
 * Starts threads that encode; with none, this thread does, as it does with units of ids.
 *
 * @param tokenizer this thread's, of the same kind as the others make
 * @example
 * const pool = openPool(2, { tokenizer: { kind: "gpt2" }, textKey: undefined }, gpt2Tokenizer());
 */
export function openPool(threads: number, start: Start, tokenizer: Tokenizer): Pool {
  const here = async (unit: Unit): Promise<Encoded> => encodeUnit(unit, { ...start, tokenizer });
  if (threads === 0) return { capacity: 1, encode: here, close: async () => {} };
  const all = Array.from({ length: threads }, () => thread(start));
  return {
    capacity: threads * perThread,
    encode: (unit) =>
      unit.kind === "ids"
        ? here(unit)
        : all.reduce((a, b) => (b.waiting() < a.waiting() ? b : a)).encode(unit),
    async close() {
      await Promise.all(all.map(({ worker }) => worker.terminate()));
    },
  };
}

interface Waiting {
  readonly resolve: (encoded: Encoded) => void;
  readonly reject: (error: Error) => void;
}

function thread(start: Start) {
  const worker = new Worker(script(), {
    workerData: start,
    name: "gpt-neo tokenize",
    // A unit's arrays are garbage when the next one comes, and only a collection frees their memory.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  const waiting: Waiting[] = [];
  const fail = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on("message", (reply: Reply) => {
    const { resolve, reject } = waiting.shift()!;
    if (reply.kind === "encoded") resolve(reply);
    else reject(errorOf(reply.failure));
  });
  worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => fail(new Error(`a thread ended with exit code ${code}`)));
  return {
    worker,
    waiting: () => waiting.length,
    encode(unit: Unit): Promise<Encoded> {
      const transfer = unit.kind === "jsonl" ? [unit.bytes.buffer] : [];
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(unit, transfer);
      });
    },
  };
}

/** Beside the bundle; where this runs from sources, what was built from them last. */
function script(): URL {
  const built = !import.meta.url.endsWith(".ts");
  return new URL(built ? "./tokenize-worker.js" : "../../dist/tokenize-worker.js", import.meta.url);
}
