import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:mutants`: whether the layout property finds planted defects, apart because it tests the
// tests, for minutes.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: ["packages/mtf/test/layout/mutants.test.ts"],
    exclude: ["**/node_modules/**"],
  },
};

export default config;
