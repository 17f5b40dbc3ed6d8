import { copyFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";
import { inPage } from "./scripts/inPage.ts";

/** Where a file begins and ends, for `src/ownCode.ts`: a bundler may put it beside other code. */
const note = (what: string) =>
  `(globalThis[Symbol.for("mtf.code")] ??= []).push({ ${what}: new Error() });`;

const entry = {
  index: "src/index.ts",
  nn: "src/nn.ts",
  simulator: "src/simulator.ts",
  workers: "src/workers.ts",
  mpi: "src/mpi.ts",
  checkpoint: "src/checkpoint.ts",
  files: "src/files.ts",
};

const common: Options = {
  tsconfig: "tsconfig.build.json",
  format: "esm",
  splitting: true,
  sourcemap: true,
  banner: { js: note("begin") },
  footer: { js: note("end") },
};

const inNode: Options = {
  ...common,
  entry: {
    ...entry,
    // The script that `mtf/workers` starts one of per device: found by name, next to the bundle.
    worker: "src/runtime/workers/worker.ts",
  },
  target: ["node20", "es2022"],
  removeNodeProtocol: false,
  dts: {
    // `await using` is declared there, which ES2022 lacks and types of Node need not be installed for.
    banner: '/// <reference lib="esnext.disposable" />',
    entry,
  },
  external: [/^@tensorflow\//],
};

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The same for pages, which the package's `exports` give to whoever asks for `browser`. */
const forPages: Options = {
  ...common,
  entry: Object.fromEntries(
    Object.entries({ ...entry, mpi: "src/mpi.browser.ts" }).map(([name, file]) => [
      `browser/${name}`,
      file,
    ]),
  ),
  platform: "browser",
  target: "es2022",
  removeNodeProtocol: false,
  noExternal: [/^node:/, "pathe"],
  external: [/^@tensorflow\//],
  esbuildPlugins: [
    inPage({
      "fs/promises": path("src/in-page/fs-promises.ts"),
      path: createRequire(import.meta.url)
        .resolve("pathe")
        .replace(/\.cjs$/, ".mjs"),
    }),
  ],
  esbuildOptions(options) {
    options.chunkNames = "browser/[name]-[hash]";
  },
};

/** The script of a page's workers is one file, and so suits any bundler and none. */
const pageWorker: Options = {
  ...forPages,
  entry: { "browser/worker": "src/runtime/workers/worker.browser.ts" },
  splitting: false,
  external: [],
  noExternal: [/.*/],
  async onSuccess() {
    const wasm = "tfjs-backend-wasm-simd.wasm";
    const from = createRequire(import.meta.url).resolve(
      `@tensorflow/tfjs-backend-wasm/dist/${wasm}`,
    );
    await copyFile(from, `${outDir()}/browser/${wasm}`);
  },
};

function outDir(): string {
  const at = process.argv.indexOf("--out-dir");
  return path(at < 0 ? "dist" : process.argv[at + 1]!);
}

const config: ReturnType<typeof defineConfig> = defineConfig([inNode, forPages, pageWorker]);

export default config;
