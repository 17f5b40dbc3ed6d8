import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:layouts`: what `npm test` tries on some layouts is tried on all, for many minutes.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: [
      "packages/mtf/test/layout/*.test.ts",
      "packages/mtf/test/mesh-tensorflow/ops.layout.test.ts",
      "packages/mtf/test/plan/optimum.test.ts",
      "packages/gpt-neo/test/hugging-face/*.test.ts",
      "packages/gpt-neo/test/documents.test.ts",
      "packages/gpt-neo/test/from-code.test.ts",
      "packages/gpt-neo/test/generate.test.ts",
      "packages/gpt-neo/test/original-models.test.ts",
      "packages/gpt-neo/test/serve/paged-logits.test.ts",
    ],
    exclude: ["packages/mtf/test/layout/mutants.test.ts"],
    env: {
      MTF_CASES: "2000",
      MTF_DRAWS: "all",
      MTF_BUDGET: "60",
      MTF_PLANS: "60",
      MTF_LAYOUTS: "all",
      GPT_NEO_LAYOUTS: "all",
      ...process.env,
    },
  },
};

export default config;
