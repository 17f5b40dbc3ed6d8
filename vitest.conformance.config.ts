import type { ViteUserConfig } from "vitest/config";
import { isExcepted, parts } from "./packages/mtf/test/conformance/parts.ts";
import { usual } from "./vitest.config.ts";

// `npm run conformance -- --backend NAME`: what every backend has to pass, on one of them.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: parts.filter((part) => !isExcepted(part)).map(({ file }) => file),
    exclude: [],
    testTimeout: 600_000,
    silent: "passed-only",
    reporters: ["./packages/mtf/test/conformance/table.ts", "./.ci/counts.ts"],
  },
};

export default config;
