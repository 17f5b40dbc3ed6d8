import { parentPort, workerData } from "node:worker_threads";
import { letGo } from "../let-go.ts";
import { makeTokenizer } from "../tokenizer/index.ts";
import { encodeUnit } from "./encode-unit.ts";
import { failureOf, type Reply, type Request, type Start } from "./messages.ts";

// A thread of `gpt-neo tokenize`: encodes what it is sent, one unit after the other.
const { tokenizer: source, ...start } = workerData as Start;
const encoding = { ...start, tokenizer: makeTokenizer(source), onCopied: letGo };

parentPort!.on("message", (unit: Request) => {
  try {
    const reply: Reply = { kind: "encoded", ...encodeUnit(unit, encoding) };
    parentPort!.postMessage(reply, [reply.ids.buffer, reply.lengths.buffer]);
  } catch (error) {
    parentPort!.postMessage({ kind: "failed", failure: failureOf(error) } satisfies Reply);
  }
});
