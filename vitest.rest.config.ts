import type { ViteUserConfig } from "vitest/config";
import { parts } from "./packages/mtf/test/conformance/parts.ts";
import usual from "./vitest.config.ts";
import layouts from "./vitest.layouts.config.ts";

// `npm run test:rest`: `npm test` without what `npm run test:layouts` and `npm run conformance` try, and
// more of it, for whoever runs all three.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    exclude: [...usual.test!.exclude!, ...layouts.test!.include!, ...parts.map(({ file }) => file)],
  },
};

export default config;
