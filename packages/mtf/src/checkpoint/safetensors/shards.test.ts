import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readShards } from "./shards.ts";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shards-"));
  file = join(folder, "index.json");
});
afterAll(() => rm(folder, { recursive: true }));

it("lists the tensors of each file, behind a byte order mark too", async () => {
  await writeFile(file, '\uFEFF{"weight_map": {"x": "a", "y": "b", "z": "a"}}');
  expect([...(await readShards(file))]).toEqual([
    [join(folder, "a"), ["x", "z"]],
    [join(folder, "b"), ["y"]],
  ]);
});

it.each([
  ["is no JSON", '\uFEFF{"weight_map": }', 18, "it is not JSON: a value is missing"],
  ["has a list for a file", '{"weight_map": {"x": [[]]}}', 0, "'x' is in no name, which is"],
  ["leads up", '{"weight_map": {"x": ".."}}', 0, `'x' is in "..", which is no file beside it`],
])("refuses an index that %s, and says where", async (_, text, offset, reason) => {
  await writeFile(file, text);
  await expect(readShards(file)).rejects.toMatchObject({
    code: "bad-file",
    details: { file, offset, reason: expect.stringContaining(reason) },
  });
});

it("refuses one that is too long, unread", async () => {
  await truncate(file, (64 << 20) + 1);
  await expect(readShards(file)).rejects.toThrow(/67108865 bytes, over the limit of 67108864/);
});
