import { defineConfig } from "tsup";

const config: ReturnType<typeof defineConfig> = defineConfig({
  entry: {
    index: "src/index.ts",
    cli: "src/cli/main.ts",
    // The script that `tokenize` starts threads of: found by name, next to the bundle.
    "tokenize-worker": "src/tokenize/worker.ts",
  },
  tsconfig: "tsconfig.build.json",
  format: "esm",
  target: ["node20", "es2022"],
  splitting: true,
  sourcemap: true,
  removeNodeProtocol: false,
  dts: { entry: { index: "src/index.ts" } },
  external: [/^mtf(\/|$)/],
});

export default config;
