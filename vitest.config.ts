import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { filesWith } from "./.ci/files.ts";
import LongestFirst from "./.ci/order.ts";

const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url));

const setup = (name: string) => source(`mtf/src/testing/${name}.ts`);

interface Usual extends ViteUserConfig {
  readonly test: NonNullable<ViteUserConfig["test"]> & { include: string[]; exclude: string[] };
}

/** What all runs of tests have in common. Each file has a process of its own. */
export const usual: Usual = {
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
    include: ["packages/*/src/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    exclude: [
      "**/node_modules/**",
      "packages/*/test/large/**",
      "packages/*/test/mpi/**",
      "packages/*/test/browser/**",
      "packages/mtf/test/processes/**",
      "packages/mtf/test/conformance/**",
      "packages/mtf/test/layout/mutants.test.ts",
    ],
    setupFiles: ["stacks", "verified", "drawn"].map(setup),
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", "./.ci/counts.ts"],
  },
};

/** What has a process of its own: modules are mocked there, or its memory or time looked at. */
const alone = [
  ...filesWith(/\bvi\.(mock|doMock)\(/),
  "packages/mtf/src/backend/tfjs/cpu.test.ts",
  "packages/mtf/src/runtime/held.workers.test.ts",
  "packages/mtf/src/runtime/sources/memory.workers.test.ts",
  "packages/mtf/test/manyDevices.test.ts",
  "packages/gpt-neo/src/eval/kept-windows.test.ts",
  "packages/gpt-neo/src/let-go.test.ts",
  "packages/gpt-neo/test/leaks.test.ts",
  "packages/gpt-neo/test/memory.test.ts",
];

// To load the library and to get it compiled takes longer than most files' tests: all but those few
// share two processes. `untouched.ts` sees to it that none leaves them changed.
const { include, exclude, ...both } = usual.test;

const config: ViteUserConfig = {
  ...usual,
  test: {
    ...both,
    projects: [
      {
        extends: true,
        test: {
          ...{ name: "together", isolate: false, setupFiles: [setup("untouched")] },
          ...{ include, exclude: [...exclude, ...alone] },
        },
      },
      { extends: true, test: { name: "alone", include: alone, exclude } },
    ],
  },
};

export default config;
