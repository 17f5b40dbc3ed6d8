import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { filesOfTokenizer, makeTokenizer, saveTokenizer } from "../tokenizer/index.ts";
import { checkTokenizer } from "./check-tokenizer.ts";

const folder = mkdtempSync(join(tmpdir(), "check-tokenizer-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = makeTokenizer({ kind: "bytes" });

/** Bytes whose ids of `a` and `b` are each other's. */
function swapped() {
  const file = JSON.parse(filesOfTokenizer(bytes, 8)["tokenizer.json"]!);
  const { vocab } = file.model;
  [vocab.a, vocab.b] = [vocab.b, vocab.a];
  return makeTokenizer({ kind: "json", file: "other.json", json: JSON.stringify(file) });
}

it("refuses as many ids that are other text, and takes the run's own wherever it is read", async () => {
  await saveTokenizer(folder, bytes, 8);
  await checkTokenizer(folder, bytes);
  await checkTokenizer(folder, undefined);
  await checkTokenizer(join(folder, "without-any"), swapped());
  const error: Error = await checkTokenizer(folder, swapped()).then(
    () => expect.fail("nothing was thrown"),
    (thrown) => thrown,
  );
  expect(error.message.replace(folder, "runs/mine")).toMatchInlineSnapshot(`
    "[bad-argument] the tokenizer is not the one whose ids the run has learned.
      run    runs/mine
      id 97  "a" -> "b"
      try    what the run was begun with, which it remembers: \`resume: true\` alone
      try    \`out\` with another folder, to train another model"
  `);
});

it.each(["config.json", "tokenizer.json"])(
  "has nothing to compare with where %s is damaged",
  async (file) => {
    const damaged = mkdtempSync(join(folder, "damaged-"));
    await saveTokenizer(damaged, bytes, 8);
    writeFileSync(join(damaged, file), "{");
    await checkTokenizer(damaged, swapped());
  },
);
