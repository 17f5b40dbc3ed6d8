import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBlas } from "../src/backend/wasm/blas/find.ts";
import { linksIn, readPage, root, run, runNode } from "./support/page.ts";

// What a person gets: both packages packed, installed into an empty folder from the tarballs and the
// npm registry, and used there as it stands.

const home = mkdtempSync(join(tmpdir(), "mtf-tarball-"));
/** Beside it, not within: what is installed there is not to be found from here. */
const bare = mkdtempSync(join(tmpdir(), "mtf-without-scripts-"));
const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/;

/** Why nothing could be installed, where that is the network's fault. */
let unreachable: string | undefined;
let files: readonly string[] = [];

beforeAll(async () => {
  const tarballs = join(home, "tarballs");
  mkdirSync(tarballs);
  await npm(["pack", "--workspaces", "--pack-destination", tarballs], root);
  files = readdirSync(tarballs).map((file) => join(tarballs, file));
  expect(files).toHaveLength(2);
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
  try {
    await npm(["install", "--prefer-offline", "--fetch-retries=1", ...files], home);
  } catch (error) {
    if (!offline.test(String(error)) || process.env.CI) throw error;
    unreachable = String(error)
      .split("\n")
      .find((line) => offline.test(line));
    console.warn(
      `SKIPPED: the packed tarballs are not tested, for npm cannot install: ${unreachable}`,
    );
  }
}, 300_000);

afterAll(() => {
  for (const folder of [home, bare]) rmSync(folder, { recursive: true, force: true });
});

const npm = (args: readonly string[], cwd: string) =>
  run("npm", [...args, "--loglevel=error", "--no-audit", "--no-fund"], cwd);

describe("the packed packages", () => {
  test("hold what they need and no tests", (context) => {
    if (unreachable) context.skip();
    for (const name of ["mtf", "gpt-neo"]) {
      const files = readdirSync(join(home, "node_modules", name), { recursive: true }).map(String);
      expect(files).toContain("README.md");
      expect(files).toContain("LICENSE");
      expect(files.filter((file) => /\.test(-d)?\.ts$|fixtures/.test(file))).toEqual([]);
    }
  });

  test("hold the pages that their pages link to", (context) => {
    if (unreachable) context.skip();
    for (const name of ["mtf", "gpt-neo"]) {
      const packed = join(home, "node_modules", name);
      const files = readdirSync(packed, { recursive: true }).map(String);
      const pages = files.filter((file) => file.endsWith(".md") && !file.includes("node_modules"));
      expect(pages).toContain(join("docs", "api", "README.md"));
      const broken = pages.flatMap((page) =>
        linksIn(join(packed, page)).filter(
          (link) => !existsSync(join(packed, dirname(page), link)),
        ),
      );
      expect(broken).toEqual([]);
    }
  });

  test("run the README's program on Node as it stands", async (context) => {
    if (unreachable) context.skip();
    writeFileSync(join(home, "net.mjs"), readPage("packages/mtf/README.md").snippets[0]!.code);
    const output = await runNode(["net.mjs"], home);
    const losses = [...output.matchAll(/loss (\S+)/g)].map((match) => Number(match[1]));
    expect(losses.length).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
  });

  test("npx gpt-neo --help", async (context) => {
    if (unreachable) context.skip();
    const help = await run("npx", ["--no-install", "gpt-neo", "--help"], home);
    expect(help).toContain("Usage: gpt-neo COMMAND");
    expect(existsSync(join(home, "node_modules/.bin/gpt-neo"))).toBe(true);
  });

  // Whoever turns scripts off has koffi as it was published, not as its script leaves it.
  test("call a BLAS where no script ran when they were installed", async (context) => {
    if (unreachable) context.skip();
    const blas = findBlas({ threads: 1, alone: false });
    if (!blas) {
      console.warn("SKIPPED: no BLAS is here that packages installed without scripts could call");
      return context.skip();
    }
    writeFileSync(join(bare, "package.json"), JSON.stringify({ private: true, type: "module" }));
    await npm(["install", "--ignore-scripts", "--prefer-offline", ...files], bare);
    writeFileSync(join(bare, "variant.mjs"), printVariant);
    expect(await runNode(["variant.mjs"], bare)).toContain(`+${blas.variant.replace(/1t$/, "")}`);
  }, 300_000);

  // Without skipLibCheck and without types of Node: what we declare has to stand by itself.
  test.for(
    ["typescript", "typescript59"].flatMap((compiler) =>
      ["nodenext", "bundler"].map((resolution) => ({ compiler, resolution })),
    ),
  )(
    "type-check a program with $compiler and $resolution",
    async ({ compiler, resolution }, context) => {
      if (unreachable) context.skip();
      const module = resolution === "nodenext" ? "nodenext" : "esnext";
      const compilerOptions = {
        ...{ module, moduleResolution: resolution, target: "es2022", noEmit: true },
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [] },
      };
      writeFileSync(join(home, "consumer.ts"), consumer);
      writeFileSync(
        join(home, "tsconfig.json"),
        JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
      );
      await runNode([join(root, "node_modules", compiler, "bin/tsc"), "-p", "."], home);
    },
  );
});

const printVariant = `
import { defineMesh } from "mtf";
import { simulator } from "mtf/simulator";
const devices = await simulator(defineMesh({ data: 1 }), { backend: "wasm" });
console.log(devices.variant);
await devices.close();
`;

const consumer = `
import { type Config, generate, loadConfig, train } from "gpt-neo";
import { defineDims, defineLayout, defineMesh, einsum, lower, placeholder, type Tensor } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import { nearest } from "mtf/files";
import { type Devices, simulator } from "mtf/simulator";
import { workers } from "mtf/workers";

const dims = defineDims({ batch: 4, embd: 8, ff: 6 });
const project = (x: Tensor<"batch" | "embd">, w: Tensor<"embd" | "ff">): Tensor<"batch" | "ff"> =>
  einsum(x, w, "batch", "ff");
// @ts-expect-error a dim that no operand has
export const misspelt = (x: Tensor<"batch" | "embd">, w: Tensor<"embd" | "ff">) => einsum(x, w, "bach", "ff");
const mesh = defineMesh({ data: 2 });
const layout = defineLayout({ dims, mesh, rules: { batch: "data" } });
// @ts-expect-error an axis that the mesh lacks
defineLayout({ dims, mesh, rules: { batch: "model" } });
const inputs = [placeholder([dims.batch, dims.embd]), placeholder([dims.embd, dims.ff])] as const;
const program = lower(project, { layout, inputs });
export async function main(threads: boolean): Promise<number | undefined> {
  const devices: Devices = await (threads ? workers(mesh) : simulator(mesh));
  const result = await (await devices.load(program))(new Float32Array(32), new Float32Array(48));
  const config: Config = await loadConfig("tiny");
  const { steps } = config.training;
  const kept = await train({ config: "tiny", data: ["text.txt"], out: "run", steps });
  // @ts-expect-error what is kept in a folder is loaded from there
  console.log(kept.out, kept.model);
  const documents = ["One fish, two fish.", [79, 110, 101]];
  const { model } = await train(
    { config: { ...config, num_layers: 1 }, data: { documents } },
    { onStep: ({ step, loss }) => console.log(step, loss), signal: AbortSignal.timeout(1000) },
  );
  for await (const id of generate(model, [79])) console.log(id);
  await openCheckpoint("run/checkpoints/step-100");
  console.log(nearest("heds", ["heads"]));
  return (await result.read())[0];
}
`;
