import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import LongestFirst from "./.ci/order.ts";

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

const config: ViteUserConfig = {
  resolve: {
    // Tests run on the workspace's sources, as `paths` in tsconfig.json does for types.
    alias: [
      { find: /^mtf$/, replacement: source("mtf/src/index.ts") },
      {
        find: /^mtf\/(nn|simulator|workers|mpi|checkpoint|files)$/,
        replacement: source("mtf/src/$1.ts"),
      },
      { find: /^gpt-neo$/, replacement: source("gpt-neo/src/index.ts") },
    ],
  },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "bench/**/*.test.ts",
      "examples/**/*.test.ts",
    ],
    exclude: [
      "**/node_modules/**",
      "packages/*/test/large/**",
      "packages/*/test/mpi/**",
      "bench/mpi.test.ts",
      "packages/*/test/browser/**",
      "examples/browser/test/**",
      "packages/mtf/test/conformance/**",
      "packages/mtf/test/layout/mutants.test.ts",
    ],
    setupFiles: ["packages/mtf/src/testing/stacks.ts", "packages/mtf/src/testing/verified.ts"],
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./.ci/counts.ts"],
  },
};

export default config;
