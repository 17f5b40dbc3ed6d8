import { existsSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder, namesIn } from "./make-folder.ts";

const home = mkdtempSync(join(tmpdir(), "gpt-neo-folders-"));
const at = (name: string): string => join(home, name);

it("makes a folder and those around it, and names the first that it made", () => {
  expect(makeFolder(at("a/b/c"))).toBe(at("a"));
  expect(makeFolder(at("a/b/c/d"))).toBe(at("a/b/c/d"));
  expect(makeFolder(at("a/b/c"))).toBeUndefined();
  expect(existsSync(at("a/b/c/d"))).toBe(true);
});

it("says what is in the way", async () => {
  writeFileSync(at("file"), "");
  symlinkSync("nowhere", at("dangling"));
  symlinkSync("circle", at("circle"));
  // What to do instead is said as well.
  expect(() => makeFolder(at("file"))).toThrow(`another path, or moving ${at("file")} away`);
  const thrown = (path: string): string => {
    try {
      return String(makeFolder(path));
    } catch (error) {
      return (error as Error).message.split("\n")[0]!.replaceAll(home, "…");
    }
  };
  expect(thrown(at("file"))).toMatchInlineSnapshot(`"[bad-file] …/file is a file, not a folder."`);
  expect(thrown(at("file/in/it"))).toMatchInlineSnapshot(
    `"[bad-file] …/file is a file, not a folder."`,
  );
  expect(thrown(at("dangling"))).toMatchInlineSnapshot(
    `"[bad-file] …/dangling is a link to what is not there."`,
  );
  expect(thrown(at("circle"))).toMatchInlineSnapshot(
    `"[bad-file] …/circle is a link to what is not there."`,
  );
  await expect(namesIn(at("file"))).rejects.toThrow("file is a file, not a folder.");
  await expect(namesIn(at("circle"))).rejects.toThrow("circle cannot be read: ELOOP");
  expect(await namesIn(at("not there"))).toEqual([]);
});

it.runIf(existsSync("/proc/self"))("ends where a folder takes no others", () => {
  expect(() => makeFolder("/proc/self/a/b")).toThrow("/proc/self/a cannot be made: ENOENT");
});
