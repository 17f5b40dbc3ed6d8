import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

const source = resolve(import.meta.dirname, "../src");
const cli = join(source, "cli");

/** The library's files: all but tests, the command line, and what says which names are public. */
const library = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && path !== "index.ts")
  .map((path) => join(source, path))
  .filter((path) => !path.startsWith(cli));

/** A file's lines that are no comments. */
function linesOf(path: string): readonly string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line));
}

function linesThat(match: (line: string, path: string) => boolean): readonly string[] {
  return library.flatMap((path) =>
    linesOf(path)
      .filter((line) => match(line, path))
      .map((line) => `${relative(source, path)}: ${line.trim()}`),
  );
}

it("the library imports nothing of the command line", () => {
  expect(library.length).toBeGreaterThan(100);
  const imported = linesThat((line, path) => {
    const [, from] = /(?:from|import\()\s*"(\.[^"]+)"/.exec(line) ?? [];
    return from !== undefined && resolve(path, "..", from).startsWith(cli);
  });
  expect(imported).toEqual([]);
});

it("the command line alone prints, ends the process and hears signals", () => {
  const own =
    /\bprocess\.(exit\(|exitCode|stdout|stderr|(on|once|off)\("SIG)|\bconsole\.|\bprogressLine\b/;
  expect(linesThat((line) => own.test(line))).toEqual([]);
});
