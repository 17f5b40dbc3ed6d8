import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  jsonTokenizer,
  readDocuments,
  readIds,
  saveTokenizer,
  type Tokenizer,
  tokenize,
  tokenizerNamed,
} from "gpt-neo";
import { countOf, readOptions } from "./lib/options.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
How fast are data read and turned into ids, format by format, next to other libraries?

  npm run bench -- data [--megabytes N] [--rounds N] [--json]

The text is made of GPT-2's own words, drawn as often as words are in a language, in documents of a
few kilobytes. MB/s are of the text inside of a file, whatever it is packed in. Peers encode the same
text, already in memory, and do nothing else. Everything takes turns, and medians are shown.

Threads take a while to start, which no data worth threads notices, so what they tokenize is the text
eight times over.

  --megabytes N  text (16)
  --rounds N     how often everything takes turns (3)`;

const { json, quick, values } = readOptions(help, ["megabytes", "rounds"]);
const megabytes = countOf(values.megabytes, "megabytes", quick ? 1 : 16);
const rounds = countOf(values.rounds, "rounds", quick ? 1 : 3);
const folder = mkdtempSync(join(tmpdir(), "bench-data-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const gpt2 = tokenizerNamed("gpt2");
note(`making ${megabytes} MB of text`);
const documents = makeDocuments(megabytes * 1e6);
const text = documents.join("\n");
const files = await writeFiles();
/** How often the text is in the file that threads tokenize. */
const copies = 8;
const long = join(folder, "long.jsonl");
for (let i = 0; i < copies; i++) appendFileSync(long, readFileSync(files.jsonl!));

/** What is measured: its name, and the ids or bytes that it came to. */
interface Measured {
  readonly name: string;
  readonly run: () => Promise<{ readonly bytes?: number; readonly tokens?: number }>;
  /** How often it goes through the text; once by default. */
  readonly times?: number;
}

const measured: Measured[] = [
  { name: "disk: read the .txt, nothing else", run: async () => ({ bytes: readRaw(files.txt!) }) },
  ...Object.entries(files).flatMap(([name, file]): Measured[] => [
    { name: `read .${name}`, run: async () => ({ bytes: await readAll(file) }) },
    ...(/jsonl|txt/.test(name)
      ? [{ name: `read and encode .${name}`, run: async () => encodeAll(file, gpt2) }]
      : []),
  ]),
  ...[1, 2].map((workers) => ({
    name: `tokenize .jsonl --workers ${workers}`,
    run: () => writeIds(long, workers),
    times: copies,
  })),
  { name: "encode in memory: gpt-neo", run: async () => encodeEach((one) => gpt2.encode(one)) },
  ...(await fromFiles()),
  ...(await peers()),
];

const seconds = measured.map((): number[] => []);
const results: { bytes?: number; tokens?: number }[] = [];
for (let round = 0; round < rounds; round++) {
  for (const [i, { name, run }] of measured.entries()) {
    note(`round ${round + 1} of ${rounds}: ${name}`);
    const began = performance.now();
    results[i] = await run();
    seconds[i]!.push((performance.now() - began) / 1000);
  }
}

const size = Buffer.byteLength(text);
const rows = measured.map(({ name, times = 1 }, i) => {
  const took = median(seconds[i]!);
  const tokens = results[i]!.tokens;
  return {
    name,
    megabytesPerSecond: (times * size) / 1e6 / took,
    ...(tokens !== undefined && { tokensPerSecond: tokens / took }),
  };
});
const rate = (name: string): number => rows.find((row) => row.name === name)!.megabytesPerSecond;
const ratios = {
  "gpt-neo to gpt-tokenizer, in memory":
    rate("encode in memory: gpt-neo") / rate("encode in memory: gpt-tokenizer"),
  "tokenizer.json in memory: gpt-neo to @huggingface/tokenizers":
    rate("encode in memory: gpt-neo, tokenizer.json") /
    rate("encode in memory: @huggingface/tokenizers"),
  "read and encode .jsonl to gpt-tokenizer alone":
    rate("read and encode .jsonl") / rate("encode in memory: gpt-tokenizer"),
  "two workers to one": rate("tokenize .jsonl --workers 2") / rate("tokenize .jsonl --workers 1"),
};
if (json)
  printLines([...rows, ...Object.entries(ratios).map(([name, ratio]) => ({ name, ratio }))]);
else {
  const cells = rows.map(({ name, megabytesPerSecond, tokensPerSecond }) => [
    name,
    figure(megabytesPerSecond),
    tokensPerSecond === undefined ? "" : figure(tokensPerSecond),
  ]);
  console.log(table(["", "MB/s", "tokens/s"], cells));
  console.log();
  console.log(
    table(
      ["", "ratio"],
      Object.entries(ratios).map(([name, r]) => [name, figure(r)]),
    ),
  );
}

/** Words by Zipf's law, from a generator of its own: the same text on every machine. */
function makeDocuments(bytes: number): string[] {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const words = Array.from({ length: 30_000 }, (_, i) => gpt2.decode([i + 256])).filter((word) =>
    /^ ?\p{L}+$/u.test(word),
  );
  const made: string[] = [];
  for (let total = 0; total < bytes; ) {
    let document = "";
    const length = 500 + random() * 8000;
    while (document.length < length) {
      const rank = Math.floor(words.length ** random()) - 1;
      document += ` ${words[rank]!.trim()}${random() < 0.08 ? "," : random() < 0.06 ? ".\n" : ""}`;
    }
    made.push(document.slice(1));
    total += document.length;
  }
  return made;
}

async function writeFiles(): Promise<Record<string, string>> {
  const lines = documents.map((one) => `${JSON.stringify({ text: one })}\n`).join("");
  const at = (name: string): string => join(folder, `text.${name}`);
  const found: Record<string, string> = {
    txt: at("txt"),
    jsonl: at("jsonl"),
    "jsonl.gz": at("jsonl.gz"),
  };
  writeFileSync(at("txt"), text);
  writeFileSync(at("jsonl"), lines);
  writeFileSync(at("jsonl.gz"), gzipSync(lines));
  try {
    execFileSync("zstd", ["-q", "-3", at("jsonl"), "-o", at("jsonl.zst")]);
    found["jsonl.zst"] = at("jsonl.zst");
  } catch {
    note("there is no program zstd, so .jsonl.zst is not measured");
  }
  for (const format of ["bin", "tfrecords"] as const) {
    const { files: written } = await tokenizeTo(at("jsonl"), 0, format);
    found[format] = written[0]!;
  }
  return found;
}

function tokenizeTo(file: string, workers: number, format: "bin" | "tfrecords") {
  const out = mkdtempSync(join(folder, "out-"));
  const tokenizer = { kind: "gpt2" } as const;
  return tokenize([file], {
    ...{ out, name: "ids", format, tokenizer, workers, read: {} },
    ...{ example: 2049, perFile: 1e9 },
  });
}

async function writeIds(file: string, workers: number): Promise<{ tokens: number }> {
  const { tokens, files: written } = await tokenizeTo(file, workers, "bin");
  for (const one of written) rmSync(one);
  return { tokens };
}

function readRaw(path: string): number {
  const file = openSync(path, "r");
  const buffer = new Uint8Array(1 << 18);
  let bytes = 0;
  for (let count = 1; count > 0; bytes += count) count = readSync(file, buffer);
  closeSync(file);
  return bytes;
}

async function readAll(file: string): Promise<number> {
  for await (const part of readDocuments([file])) void part;
  return statSync(file).size;
}

async function encodeAll(file: string, tokenizer: Tokenizer): Promise<{ tokens: number }> {
  let tokens = 0;
  for await (const { ids } of readIds([file], { tokenizer, size: 50257 })) tokens += ids.length;
  return { tokens };
}

function encodeEach(encode: (text: string) => ArrayLike<number>): { tokens: number } {
  let tokens = 0;
  for (const one of documents) tokens += encode(one).length;
  return { tokens };
}

async function peers(): Promise<Measured[]> {
  const theirs = await import("gpt-tokenizer/encoding/r50k_base");
  const { Tiktoken } = await import("js-tiktoken/lite");
  const { default: ranks } = await import("js-tiktoken/ranks/gpt2");
  const tiktoken = new Tiktoken(ranks);
  return [
    inMemory("gpt-tokenizer", (one) => theirs.encode(one)),
    inMemory("js-tiktoken", (one) => tiktoken.encode(one)),
  ];
}

/** What reads any tokenizer.json, with GPT-2's. */
async function fromFiles(): Promise<Measured[]> {
  const json = await gpt2Json();
  const { Tokenizer: HuggingFace } = await import("@huggingface/tokenizers");
  const ours = jsonTokenizer("gpt2.json", JSON.stringify(json));
  const theirs = new HuggingFace(json, {});
  const sample = documents[0]!;
  if (`${ours.encode(sample)}` !== `${theirs.encode(sample).ids}`) throw new Error("other ids");
  return [
    inMemory("gpt-neo, tokenizer.json", (one) => ours.encode(one)),
    inMemory("@huggingface/tokenizers", (one) => theirs.encode(one).ids),
  ];
}

function inMemory(name: string, encode: (text: string) => ArrayLike<number>): Measured {
  return { name: `encode in memory: ${name}`, run: async () => encodeEach(encode) };
}

/** GPT-2's vocabulary as a tokenizer.json, made from the files that a run's folder gets. */
async function gpt2Json(): Promise<object> {
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: false,
    trim_offsets: true,
    use_regex: true,
  };
  const out = join(folder, "gpt2");
  await saveTokenizer(out, gpt2, 2048);
  const vocab = JSON.parse(readFileSync(join(out, "vocab.json"), "utf8"));
  const merges = readFileSync(join(out, "merges.txt"), "utf8").trim().split("\n").slice(1);
  return {
    ...{ version: "1.0", added_tokens: [], normalizer: null, pre_tokenizer: byteLevel },
    ...{ post_processor: null, decoder: byteLevel, model: { type: "BPE", vocab, merges } },
  };
}
