import { fileURLToPath } from "node:url";
import type { UserConfig } from "vite";

/** What isolates the page from others, so that its workers may share memory. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const config: UserConfig = {
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  server: { headers },
  preview: { headers },
  // The page's own workers load the planner in parts.
  worker: { format: "es" },
  // What vite would find only when a worker asks for it, and then load the page again.
  optimizeDeps: {
    include: [
      "@valibot/to-json-schema",
      "gpt-tokenizer/bpeRanks/r50k_base",
      "picomatch",
      "valibot",
      "xxhash-wasm",
      "yaml",
    ].map((name) => `gpt-neo > ${name}`),
  },
  build: { target: "esnext", chunkSizeWarningLimit: 4000 },
};

export default config;
