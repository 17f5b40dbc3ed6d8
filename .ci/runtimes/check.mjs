// Runs the README's program, as it stands and from the packed tarballs, on Bun and Deno.
//
//   node .ci/runtimes/check.mjs mtf-0.1.0.tgz …

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const readme = new URL("../../packages/mtf/README.md", import.meta.url);
const [, program] = /^```js\n(.*?)^```$/ms.exec(readFileSync(readme, "utf8"));
const tarballs = process.argv.slice(2).map((file) => resolve(file));
const runtimes = { bun: [], deno: ["run", "--allow-all"] };

const home = mkdtempSync(join(tmpdir(), "mtf-runtimes-"));
process.once("exit", () => rmSync(home, { recursive: true, force: true }));

// Bun is put in place by a script of its package, which the settings of this repository forbid.
run("npm", ["ci", "--ignore-scripts=false", "--no-audit", "--no-fund"], here);
writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, type: "module" }));
writeFileSync(join(home, "net.mjs"), program);
run("npm", ["install", "--no-audit", "--no-fund", ...tarballs], home);

for (const [name, args] of Object.entries(runtimes)) {
  const printed = run(join(here, "node_modules/.bin", name), [...args, "net.mjs"], home);
  const losses = [...printed.matchAll(/loss (\S+)/g)].map((match) => Number(match[1]));
  const learns = losses.length > 2 && losses.at(-1) < 0.2 * losses[0];
  console.log(`${name}: losses ${losses.join(", ")}`);
  if (!learns) process.exitCode = 1;
}

function run(command, args, cwd) {
  const stdio = ["ignore", "pipe", "inherit"];
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio, timeout: 600_000 });
}
