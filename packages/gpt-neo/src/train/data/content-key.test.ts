import { copyFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../../test/support/cli.ts";
import { writeIndexed } from "../../data/mmididx/write.ts";
import { changedContent } from "./changed-content.ts";
import { contentKey } from "./content-key.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const key = (...names: readonly string[]) => contentKey(names.map(at), {});

/** Changes a byte of a file, and nothing of its size. */
function flip(name: string, place: number): void {
  const bytes = readFileSync(at(name));
  bytes[place]! ^= 1;
  writeFileSync(at(name), bytes);
}

it("is of what files hold, whatever they are called and whenever they were written", async () => {
  writeFileSync(at("a.txt"), "one fish");
  writeFileSync(at("b.txt"), "two fish");
  const both = await key("a.txt", "b.txt");
  copyFileSync(at("a.txt"), at("c.txt"));
  utimesSync(at("c.txt"), 1e9, 1e9);
  expect(await key("c.txt", "b.txt")).toEqual(both);
  expect(await key("b.txt", "a.txt")).not.toEqual(both);
  expect(both).toEqual({ key: expect.any(String) });
  flip("b.txt", 7);
  expect(await key("a.txt", "b.txt")).not.toEqual(both);
});

it("is of both files of a pair", async () => {
  await writeIndexed(at("ids.bin"), [[[1, 2, 3, 4]]], { vocabSize: 257 });
  const before = await key("ids.bin");
  await writeIndexed(
    at("ids.bin"),
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    { vocabSize: 257 },
  );
  const cut = await key("ids.bin");
  expect(cut).not.toEqual(before);
  expect(await key("ids.idx")).toEqual(cut);
  flip("ids.bin", 3);
  expect(await key("ids.bin")).not.toEqual(cut);
});

it("is of a sample of large files, and of when they were written", async () => {
  writeFileSync(at("large.txt"), Buffer.alloc(40 << 20, "a"));
  utimesSync(at("large.txt"), 1e9, 1e9);
  const before = await key("large.txt");
  expect(before).toEqual({ key: expect.any(String), written: 1e12 });
  // Some part of the sample is in every megabyte.
  flip("large.txt", 20 << 20);
  expect((await key("large.txt"))!.key).not.toBe(before!.key);
  flip("large.txt", 20 << 20);
  flip("large.txt", (1 << 16) + 5);
  const after = await key("large.txt");
  expect(after!.key).toBe(before!.key);
  const told = changedContent({ data: before }, { data: after }, "runs/a");
  expect(told).toEqual([expect.stringContaining("data was written anew since, though a sample")]);
});

it("tells nothing of runs from before, and of what is not read any more", () => {
  const one = { data: { key: "1" }, validation_data: { key: "2" } };
  expect(changedContent(undefined, one, "runs/a")).toEqual([]);
  expect(changedContent(one, { data: { key: "1" } }, "runs/a")).toEqual([]);
  expect(
    changedContent(one, { data: { key: "0" }, validation_data: { key: "0" } }, "runs/a"),
  ).toMatchInlineSnapshot(`
    [
      "what data holds has changed since: some of it may be trained on twice or never; put it back, or go on with \`model: "runs/a"\` with another \`out\`",
      "what validation_data holds has changed since",
    ]
  `);
});
