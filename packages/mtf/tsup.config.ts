import { defineConfig } from "tsup";

/** Where a file begins and ends, for `src/ownCode.ts`: a bundler may put it beside other code. */
const note = (what: string) =>
  `(globalThis[Symbol.for("mtf.code")] ??= []).push({ ${what}: new Error() });`;

const config: ReturnType<typeof defineConfig> = defineConfig({
  entry: {
    index: "src/index.ts",
    nn: "src/nn.ts",
    simulator: "src/simulator.ts",
    workers: "src/workers.ts",
    mpi: "src/mpi.ts",
    checkpoint: "src/checkpoint.ts",
    files: "src/files.ts",
    // The script that `mtf/workers` starts one of per device: found by name, next to the bundle.
    worker: "src/runtime/workers/worker.ts",
  },
  tsconfig: "tsconfig.build.json",
  format: "esm",
  target: ["node20", "es2022"],
  splitting: true,
  sourcemap: true,
  removeNodeProtocol: false,
  banner: { js: note("begin") },
  footer: { js: note("end") },
  dts: {
    // `await using` is declared there, which ES2022 lacks and types of Node need not be installed for.
    banner: '/// <reference lib="esnext.disposable" />',
    entry: {
      index: "src/index.ts",
      nn: "src/nn.ts",
      simulator: "src/simulator.ts",
      workers: "src/workers.ts",
      mpi: "src/mpi.ts",
      checkpoint: "src/checkpoint.ts",
      files: "src/files.ts",
    },
  },
  external: [/^@tensorflow\//],
});

export default config;
