import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commands } from "../src/cli/commands.ts";
import type { Option } from "../src/cli/option.ts";

// Every option says what it is: to those who type it, and to those who write it.

it("each option of a command has its line of help", () => {
  const silent = commands.flatMap(({ name, options }) =>
    Object.entries(options as Record<string, Option<unknown>>).flatMap(([key, option]) => {
      const own = option.kind === "groups" ? Object.entries(option.own) : [];
      return [[key, option] as const, ...own]
        .filter(([, { help }]) => help.trim() === "")
        .map(([key]) => `${name} ${key}`);
    }),
  );
  expect(silent).toEqual([]);
});

it("each option that a program gives is described in its interface", () => {
  const api = readFileSync(join(import.meta.dirname, "../docs/api/README.md"), "utf8");
  const sections = api.split(/^###+ /m).filter((text) => /^\w*Options\n/.test(text));
  expect(sections.length).toBeGreaterThan(8);
  const silent = sections.flatMap((text) =>
    [...text.matchAll(/^\| `(\w+)\??` \|.*\| (-|) ?\|$/gm)].map(
      ([, option]) => `${/^\w+/.exec(text)![0]}.${option}`,
    ),
  );
  expect(silent).toEqual([]);
});
