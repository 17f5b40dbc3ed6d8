import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { asTyped } from "./as-typed.ts";
import { commands } from "./commands.ts";
import { type Option, typed } from "./option.ts";

// Notes, errors, help and documents name options: each is one that there is.

const root = join(import.meta.dirname, "../../../..");

/** The options of each command, `--help` included, as they are typed. */
const optionsOf: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  commands.map(({ name, options }) => {
    const entries = Object.entries(options as Record<string, Option<unknown>>);
    const own = entries.flatMap(([key, option]) =>
      option.kind === "groups" ? [key, ...Object.keys(option.own)] : [key],
    );
    return [name, new Set([...own.map((key) => `--${typed(key)}`), "--help"])];
  }),
);
/** With the one that belongs to no command. */
const all = new Set(["--version", ...[...optionsOf.values()].flatMap((options) => [...options])]);

/** What runs another program: its options are its own. */
const others = /\b(tensorboard|zstd|npm|npx|node|bun|deno) [^\n"`]*/g;

/** A document wraps a command as it wraps words. */
const onOneLine = (text: string) =>
  text.replace(/(?<!`)`[^`]+`(?!`)/g, (code) => code.replaceAll("\n", " "));

function filesIn(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => join(root, folder, name));
}

const files = [
  ...filesIn("packages/gpt-neo/src", /(?<!\.test)\.ts$/),
  ...filesIn("packages/gpt-neo/docs", /\.md$/),
  join(root, "packages/gpt-neo/README.md"),
  join(root, "packages/gpt-neo/config.schema.json"),
  join(root, "README.md"),
];

/** Options that a text names and that no command has; behind a command's name, that this one lacks. */
function unknownIn(text: string): readonly string[] {
  const own = onOneLine(text).replace(others, "");
  const named = [...own.matchAll(/(?<=^|[\s"'`(])--[a-z][a-z-]*[a-z]/gm)].map(([name]) => name);
  const used = [...own.matchAll(/gpt-neo ([a-z][a-z-]*)((?: [^\s"`]+)*)/g)].flatMap(
    ([, command, rest]) => {
      const known = optionsOf.get(command!);
      const given = rest!.match(/(?<= )--[a-z][a-z-]*[a-z]/g) ?? [];
      return known ? given.filter((name) => !known.has(name)).map((n) => `${command} ${n}`) : [];
    },
  );
  return [...named.filter((name) => !all.has(name)), ...used];
}

describe("options that are named", () => {
  it("are found, with the command that is to have them", () => {
    expect(unknownIn('"give --data, or --dta"')).toEqual(["--dta"]);
    expect(unknownIn("gpt-neo eval --data FILE --greedy")).toEqual(["eval --greedy"]);
    expect(unknownIn("see tensorboard --logdir runs")).toEqual([]);
    expect(unknownIn("see `tensorboard\n--logdir runs`")).toEqual([]);
    expect(unknownIn("see `gpt-neo eval\n--greedy`")).toEqual(["eval --greedy"]);
  });

  const library = files.filter((file) => /src\/(?!cli\/).*\.ts$/.test(relative(root, file)));

  it.each(library.map((file) => [relative(root, file), file] as const))(
    "are the code's own in %s",
    (_, file) => {
      const said = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/ .*/g, "");
      // What is called from code advises what code writes; whole commands are commands.
      const typedOnes = said.replace(/gpt-neo [a-z]+ --[^"`]*/g, "").match(/(?<=["'`( ])--[a-z]+/g);
      expect(typedOnes ?? []).toEqual([]);
      const inWords = [...said.matchAll(/(?:["'][^"'`\n]*`|\\`)([a-z]\w*)(?:\\?`|: ["\d[{])/g)];
      const known = inWords
        .map(([, name]) => asTyped(`\`${name}\``))
        .filter((name) => !all.has(name));
      expect(known).toEqual([]);
    },
  );

  it.each(files.map((file) => [relative(root, file), file] as const))("%s", (_, file) => {
    const text = readFileSync(file, "utf8");
    expect(unknownIn(text)).toEqual([]);
    // What is given on the command line has a name there.
    const unnamed = [...text.matchAll(/"[^"\n]*(?:given|is) [^"\n]*on the command line[^"\n]*"/g)];
    expect(unnamed.map(([said]) => said).filter((said) => !said.includes("--"))).toEqual([]);
  });
});
