import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:large`: files of more than 2 GiB, apart because they take minutes and gigabytes.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: ["packages/*/test/large/**/*.test.ts"],
    exclude: [],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
};

export default config;
