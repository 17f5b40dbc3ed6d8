import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadConfig } from "gpt-neo";
import { countOf, readOptions } from "./lib/options.ts";
import { writeRandomModel } from "./lib/random-folder.ts";
import { figure, median, note, printLines, table } from "./lib/report.ts";

const help = `
How many tokens a second does a server make, and how long do its clients wait?

  npm run bench -- serve [--model DIR] [--mesh MESH] [--requests N] [--tokens N] [--json]

Starts gpt-neo serve, and asks it over loopback with 1, 8 and 32 clients at once, each of
which streams one text after the other. Tokens a second are those of all clients together; waiting is
told as median and 95th percentile. This process, which asks, runs on the same cores.

  --model DIR   what is served; by default a GPT-Neo of bytes with fresh weights, its layers those of 125M
  --mesh MESH   devices that compute, such as data:1 or model:2 (what gpt-neo serve takes by itself)
  --requests N  requests of each client (4)
  --tokens N    tokens of each text (64)`;

const { json, quick, values } = readOptions(help, ["model", "mesh", "requests", "tokens"]);
const requests = countOf(values.requests, "requests", quick ? 1 : 4);
const tokens = countOf(values.tokens, "tokens", quick ? 4 : 64);
const crowds = quick ? [1, 2] : [1, 8, 32];

const packageFile = createRequire(import.meta.url).resolve("gpt-neo/package.json");
const program = join(dirname(packageFile), "bin", "gpt-neo.js");
const folder = mkdtempSync(join(tmpdir(), "bench-serve-"));
let server: ChildProcess | undefined;
try {
  const model = values.model ?? (await freshModel());
  const url = await serve(model);
  // Programs are made when they are first wanted: for each number of texts that happen to be together.
  for (const clients of crowds) await crowd(url, clients, quick ? 1 : 3);
  const results = [];
  for (const clients of crowds) {
    results.push(await crowd(url, clients, requests));
    note(`${clients} clients done`);
  }
  if (json) printLines(results);
  else {
    const head = ["clients", "tokens/s", "ms to the first", "95 %", "ms between", "95 %"];
    const rows = results.map((r) => [
      `${r.clients}`,
      ...[r.tokensPerSecond, r.first, r.first95, r.between, r.between95].map(figure),
    ]);
    console.log(table(head, rows));
  }
} finally {
  if (server && server.exitCode === null) {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
}

async function freshModel(): Promise<string> {
  const config = await loadConfig(quick ? "tiny" : "125M");
  const out = join(folder, "model");
  await writeRandomModel(out, { ...config, vocab_size: 257 });
  return out;
}

/** Starts a server, and tells where it listens. */
async function serve(model: string): Promise<string> {
  const args = ["serve", "--model", model, "--name", "it", "--port", "0"];
  if (values.mesh !== undefined) args.push("--mesh", values.mesh);
  args.push("--max-batch", `${Math.max(...crowds)}`, "--context", `${quick ? 64 : 512}`);
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  server = child;
  let told = "";
  const pieces = child.stderr.setEncoding("utf8").iterator({ destroyOnReturn: false });
  for await (const text of pieces) {
    told += text;
    const [, url] = /^it at (\S+)$/m.exec(told) ?? [];
    if (url === undefined) continue;
    child.stderr.on("data", (more) => process.stderr.write(more));
    return url;
  }
  throw new Error(told);
}

async function crowd(url: string, clients: number, each: number) {
  const first: number[] = [];
  const between: number[] = [];
  const since = performance.now();
  const client = async (_: unknown, n: number): Promise<void> => {
    for (let i = 0; i < each; i++) {
      const times = await arrivals(url, n * each + i);
      first.push(times[0]!);
      for (let k = 1; k < times.length; k++) between.push(times[k]! - times[k - 1]!);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - since) / 1000;
  return {
    clients,
    tokensPerSecond: (clients * each * tokens) / seconds,
    ...{ first: median(first), first95: percentile(first) },
    ...{ between: median(between), between95: percentile(between) },
  };
}

/** The milliseconds after which each token of a text is there. */
async function arrivals(url: string, seed: number): Promise<readonly number[]> {
  const since = performance.now();
  // Bytes that are no whole character would come together, and an end early.
  const bans = Array.from({ length: 129 }, (_, i) => [128 + i, -100]);
  const asked = {
    model: "it",
    // No beginning is another's: what is computed once for all would be left out of the figures.
    prompt: `${seed}: call me Ishmael. `,
    max_tokens: tokens,
    seed,
    stream: true,
  };
  const answer = await fetch(`${url}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...asked, logit_bias: Object.fromEntries(bans) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const times: number[] = [];
  let rest = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (line.includes('"finish_reason":null')) times.push(performance.now() - since);
    }
  }
  if (times.length !== tokens) throw new Error(`${times.length} of ${tokens} tokens came`);
  return times;
}

function percentile(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(0.95 * sorted.length))]!;
}
