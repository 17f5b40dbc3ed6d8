import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  compilePage,
  linksIn,
  onOtherDevices,
  readPage,
  root,
  runPage,
  sayTheSame,
  withPrinted,
} from "./support/page.ts";

// Every ```js or ```ts block of these pages runs, on the built packages, and prints the ```text block that
// follows it. MTF_UPDATE_DOCS=1 writes what is printed into the pages.

const pages = [
  "README.md",
  "packages/mtf/README.md",
  "packages/gpt-neo/README.md",
  ...["mtf", "gpt-neo"].flatMap((name) => pagesIn(`packages/${name}/docs`)),
];

function pagesIn(folder: string): readonly string[] {
  const files = readdirSync(join(root, folder), { recursive: true }).map(String).sort();
  return files.filter((file) => file.endsWith(".md")).map((file) => `${folder}/${file}`);
}

const update = process.env.MTF_UPDATE_DOCS === "1";

describe("the documentation", () => {
  // The reference's examples are compiled where they are written: in the code.
  const written = pages.filter((file) => !file.includes("/docs/api/"));
  const withCode = written.filter((file) => readPage(file).snippets.length > 0);
  test.each(withCode)("%s: its code runs and prints what it says", async (file) => {
    const page = readPage(file);
    const printed = await runPage(page);
    expect(printed).toHaveLength(page.snippets.length);
    if (update) writeFileSync(join(root, file), withPrinted(page, printed));
    else {
      page.snippets.forEach((snippet, i) => {
        if (snippet.printed && !sayTheSame(snippet.printed.content, printed[i]!)) {
          expect(printed[i]).toBe(snippet.printed.content);
        }
      });
    }
  });

  const onDevices = withCode.filter((file) => {
    return readPage(file).snippets.some(({ code }) => onOtherDevices(code) !== code);
  });
  test.each(onDevices)("%s: it prints the same on workers as on the simulator", async (file) => {
    const page = readPage(file);
    const printed = await runPage(page, onOtherDevices);
    page.snippets.forEach((snippet, i) => {
      if (snippet.printed && !sayTheSame(snippet.printed.content, printed[i]!)) {
        expect(printed[i]).toBe(snippet.printed.content);
      }
    });
  });

  const typed = withCode.filter((file) => readPage(file).language === "ts");
  test.each(typed)("%s: its code compiles", async (file) => {
    expect(await compilePage(readPage(file))).toBe("");
  });

  test("the README shows the first program of the package's", () => {
    const first = (file: string) => readPage(file).snippets[0]!.code;
    expect(first("README.md")).toBe(first("packages/mtf/README.md"));
  });

  test.each(pages)("%s: its links lead somewhere", (file) => {
    const local = linksIn(join(root, file));
    const broken = local.filter((link) => !existsSync(join(root, dirname(file), link)));
    expect(broken).toEqual([]);
  });
});
