import type { ViteUserConfig } from "vitest/config";
import { usual } from "./vitest.config.ts";

// `npm run test:mpi`: processes that the system's `mpirun` starts, apart because few systems have it.
const config: ViteUserConfig = {
  ...usual,
  test: {
    ...usual.test,
    include: ["packages/*/test/mpi/**/*.test.ts", "bench/mpi.test.ts"],
    exclude: [],
  },
};

export default config;
