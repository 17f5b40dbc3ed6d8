import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:browser`: pages in the system's Chromium, apart because few systems have it.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: ["packages/*/test/browser/**/*.test.ts", "examples/browser/test/**/*.test.ts"],
    exclude: [],
    // One browser at a time: each has as many workers as there are cores.
    fileParallelism: false,
  },
};

export default config;
