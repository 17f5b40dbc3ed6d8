// npm run bench -- NAME [arguments]: runs bench/NAME.ts against the built packages.

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("_"))
  .map((file) => file.slice(0, -3));

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(", ") || "(none yet)"}`);
  process.exit(2);
}

// Its own tsconfig, because the workspace's maps the packages' names to their sources.
const args = ["--import", "tsx", `${here}${name}.ts`, ...rest];
const env = { ...process.env, TSX_TSCONFIG_PATH: `${here}tsconfig.json` };
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env });
process.exit(status ?? 1);
