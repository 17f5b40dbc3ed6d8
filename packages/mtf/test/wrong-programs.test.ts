import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// What the compiler says of wrong programs is part of the library. TypeScript 7 is asked, because
// it prints unions in one order.
const folder = fileURLToPath(new URL("wrong-programs/", import.meta.url));
const compiler = fileURLToPath(
  new URL("../../../node_modules/typescript7/bin/tsc", import.meta.url),
);

const { stdout } = spawnSync(
  process.execPath,
  [compiler, "--pretty", "false", "--noEmit", "-p", folder],
  { encoding: "utf8", cwd: folder },
);

/** The messages about one file, without its place on the disk. */
function messagesOf(file: string): string {
  const lines = stdout.split(/\r?\n/);
  const own = lines.flatMap((line, i) => {
    if (!line.startsWith(`${file}(`)) return [];
    const after = lines.slice(i + 1);
    const end = after.findIndex((next) => !next.startsWith(" "));
    return [line, ...after.slice(0, end < 0 ? undefined : end)];
  });
  return `${own.join("\n")}\n`;
}

describe("the compiler refuses", () => {
  const programs = readdirSync(folder).filter(
    (file) => /\.ts$/.test(file) && file !== "program.ts",
  );

  it.each(programs)("%s", async (file) => {
    await expect(messagesOf(file)).toMatchFileSnapshot(`wrong-programs/${file.slice(0, -3)}.txt`);
  });

  it("nothing else", () => {
    const files = stdout.split(/\r?\n/).filter((line) => /^\S/.test(line));
    expect(files.filter((line) => !programs.some((file) => line.startsWith(file)))).toEqual([]);
    for (const file of programs) expect(messagesOf(file)).toContain("error TS");
  });
});
