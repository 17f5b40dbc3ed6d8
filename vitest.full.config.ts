import type { ViteUserConfig } from "vitest/config";
import { filesWith } from "./.ci/files.ts";
import { usual } from "./vitest.config.ts";

// `npm run test:full`: of the cases of which `npm test` draws a quarter, all, of a new seed.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: filesWith(/\btryAll\b|\b(draws|fuzz)\(/),
    env: { MTF_DRAWS: "all", ...process.env },
  },
};

export default config;
