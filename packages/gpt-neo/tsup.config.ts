import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";
import { inPage } from "../mtf/scripts/inPage.ts";

const common: Options = {
  tsconfig: "tsconfig.build.json",
  format: "esm",
  splitting: true,
  sourcemap: true,
  removeNodeProtocol: false,
};

const inNode: Options = {
  ...common,
  entry: {
    index: "src/index.ts",
    cli: "src/cli/main.ts",
    // The script that `tokenize` starts threads of: found by name, next to the bundle.
    "tokenize-worker": "src/tokenize/worker.ts",
  },
  target: ["node20", "es2022"],
  dts: { entry: { index: "src/index.ts" } },
  external: [/^mtf(\/|$)/],
};

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const own = (name: string) => path(`src/in-page/${name}.ts`);

/** The library for pages, which the package's `exports` give to whoever asks for `browser`. */
const forPages: Options = {
  ...common,
  entry: { "browser/index": "src/index.ts" },
  platform: "browser",
  target: "es2022",
  external: [/^mtf(\/|$)/],
  // What is no module of the standard's would need a bundler that has been told so.
  noExternal: [/^node:/, "pathe", "buffer/", "picomatch", /^@noble\//],
  inject: [own("globals")],
  esbuildPlugins: [
    inPage({
      child_process: own("child-process"),
      crypto: own("crypto"),
      fs: own("fs"),
      "fs/promises": path("../mtf/src/in-page/fs-promises.ts"),
      os: own("os"),
      path: createRequire(import.meta.url)
        .resolve("pathe")
        .replace(/\.cjs$/, ".mjs"),
      stream: own("stream"),
      "timers/promises": own("timers-promises"),
      util: own("util"),
      zlib: own("zlib"),
    }),
  ],
  esbuildOptions(options) {
    options.chunkNames = "browser/[name]-[hash]";
  },
};

const config: ReturnType<typeof defineConfig> = defineConfig([inNode, forPages]);

export default config;
