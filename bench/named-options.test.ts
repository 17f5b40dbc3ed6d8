import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runner } from "./lib/tested.ts";

// Documents tell what a benchmark was called with: each such option is one that it takes.

const root = join(import.meta.dirname, "..");

const documents = [".", "packages/mtf", "packages/gpt-neo"].flatMap((folder) => [
  join(folder, "README.md"),
  ...readdirSync(join(root, folder, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, "docs", name)),
]);

/** What a document says after `npm run bench --`, up to the end of the code: the benchmark, and options. */
function calls(text: string): readonly { readonly name: string; readonly options: string[] }[] {
  return [...text.matchAll(/npm run bench -- ([a-z-]+)([^`|]*?)(?=`|\||\n\n|$)/g)].map(
    ([, name, rest]) => ({ name: name!, options: rest!.match(/--[a-z-]+/g) ?? [] }),
  );
}

const called = documents.flatMap((path) =>
  calls(readFileSync(join(root, path), "utf8")).map((call) => ({ path, ...call })),
);

const helps = new Map(
  [...new Set(called.map(({ name }) => name))].map((name) => [
    name,
    execFileSync(process.execPath, [runner, name, "--help"], { encoding: "utf8" }),
  ]),
);

test("calls of benchmarks are found, with their options", () => {
  expect(calls("see `npm run bench -- decode\n--rounds 3` there")).toEqual([
    { name: "decode", options: ["--rounds"] },
  ]);
  expect(called.length).toBeGreaterThan(10);
});

test("benchmarks take the options that documents name", () => {
  const unknown = called.flatMap(({ path, name, options }) =>
    options
      .filter((option) => !new RegExp(`${option}(?![a-z-])`).test(helps.get(name)!))
      .map((option) => `${path}: ${name} ${option}`),
  );
  expect(unknown).toEqual([]);
});
