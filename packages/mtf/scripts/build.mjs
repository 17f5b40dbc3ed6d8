// Builds the workspace's packages into their dist/, and skips those whose inputs have not changed.
//
//   node scripts/build.mjs [package ...]

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tsup = createRequire(import.meta.url).resolve("tsup/dist/cli-default.js");

/** In the order they depend on each other. */
const packages = ["mtf", "gpt-neo"];
const wanted = new Set(process.argv.length > 2 ? process.argv.slice(2) : packages);

run([join(root, "packages/mtf/scripts/kernels.mjs")], root);

const hash = createHash("sha256");
for (const file of ["package-lock.json", "tsconfig.json"]) add(root, file);
for (const name of packages) {
  const home = join(root, "packages", name);
  for (const file of ["package.json", "tsup.config.ts", "tsconfig.build.json"]) add(home, file);
  const sources = readdirSync(join(home, "src"), { recursive: true }).map(String).sort();
  for (const file of sources) if (isSource(file)) add(join(home, "src"), file);
  const inputs = hash.copy().digest("hex");
  if (wanted.delete(name)) build(name, home, inputs);
  if (wanted.size === 0) break;
}

function build(name, home, inputs) {
  const dist = join(home, "dist");
  const stamp = join(root, "node_modules/.cache", `build-${name}`);
  if (existsSync(dist) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;

  // Built beside and swapped in, so that whoever uses dist/ meanwhile sees one build or the other.
  const draft = `.dist-${process.pid}`;
  process.once("exit", () => rmSync(join(home, draft), { recursive: true, force: true }));
  run([tsup, "--silent", "--out-dir", draft], home);
  replace(dist, join(home, draft));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, inputs);
  console.log(`built ${name}`);
}

function replace(dist, draft) {
  for (let attempt = 1; ; attempt++) {
    rmSync(dist, { recursive: true, force: true });
    try {
      return renameSync(draft, dist);
    } catch (error) {
      // Another build got there first.
      if (error.code !== "ENOTEMPTY" || attempt === 5) throw error;
    }
  }
}

function isSource(file) {
  return file.endsWith(".json") || (file.endsWith(".ts") && !/\.test(-d)?\.ts$/.test(file));
}

function add(folder, file) {
  const path = join(folder, file);
  hash.update(`\0${file}\0`);
  if (existsSync(path)) hash.update(readFileSync(path));
}

function run(args, cwd) {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: "inherit" });
  // The tool has said what is wrong.
  if (status !== 0) process.exit(status ?? 1);
}
