// npm run conformance -- --backend NAME: runs what every backend has to pass, and prints a table.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const backends = ["reference", "cpu", "wasm", "webgpu", "tensorflow"];
const help = `
Does a backend compute on this machine what it has to?

  npm run conformance -- --backend NAME

  --backend NAME  ${backends.join(", ")}
  --help          this text

'wasm' takes the system's BLAS if there is one: MTF_BLAS=off is without.
MTF_SEED and MTF_CASES say which layouts are drawn, and how many.`;

const { backend } = options();
const vitest = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));
const args = [vitest, "run", "--config", "vitest.conformance.config.ts"];
const env = {
  MTF_CASES: "2000",
  MTF_DRAWS: "all",
  GPT_NEO_LAYOUTS: "all",
  ...process.env,
  MTF_BACKEND: backend,
};
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", cwd: root, env });
process.exit(status ?? 1);

function options() {
  try {
    const { values } = parseArgs({
      options: { backend: { type: "string" }, help: { type: "boolean", default: false } },
    });
    if (values.help) {
      console.log(help.trim());
      process.exit(0);
    }
    if (backends.includes(values.backend)) return values;
    fail(`--backend takes one of ${backends.join(", ")}`);
  } catch (error) {
    fail(error.message);
  }
}

function fail(message) {
  console.error(`${message}\n--help tells the options`);
  process.exit(2);
}
