import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:programs`: programs that run as users run them, apart because each takes a minute.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: [
      "examples/*.test.ts",
      "bench/bench.test.ts",
      "bench/named-options.test.ts",
      "packages/mtf/test/processes/**/*.test.ts",
    ],
    exclude: [],
  },
};

export default config;
