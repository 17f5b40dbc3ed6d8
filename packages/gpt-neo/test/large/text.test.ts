import { rm, stat, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { presets } from "../../src/config/presets.ts";
import { resultOf } from "../support/cli.ts";
import { enoughDisk, largeFolder, twoGiB } from "../support/large.ts";
import { writeRepeated } from "../support/repeated.ts";

const line = "Some words of a text, again and again, and in every line a number: 1234567890.\n";
const lines = Math.ceil(twoGiB / line.length);
const characters = lines * line.length;

// One document of one file, whose characters are bytes and, to the bytes tokenizer, ids.
describe.runIf(enoughDisk)("a text of more than 2 GiB", () => {
  const { at, run } = largeFolder();
  beforeAll(() => writeRepeated(at("text.txt"), Buffer.from(line), lines));

  it("is inspected", async () => {
    const { data } = resultOf<{ data: object }>(await run("inspect", "--json", at("text.txt")));
    expect(data).toMatchObject({ documents: 1, files: [{ characters, bytes: characters }] });
  });

  it("is written as JSON", async () => {
    const { bytes, stdout } = await run("cat", "--data", at("text.txt"));
    const escaped = characters + lines;
    expect(bytes).toBe('{"text":""}\n'.length + escaped);
    expect(stdout.endsWith('1234567890.\\n"}\n')).toBe(true);
  });

  it("is trained on", async () => {
    const { tiny } = presets;
    const training = { ...tiny!.training, steps: 2, eval_every: 1, eval_batches: 2 };
    await writeFile(at("config.json"), JSON.stringify({ ...tiny, training }));
    const out = at("run");
    const done = await run(
      ...["train", "--config", at("config.json"), "--tokenizer", "bytes", "--out", out, "--json"],
      ...["--mesh", "data:1", "--data", at("text.txt")],
    );
    expect(resultOf(done)).toMatchObject({ step: 2, validationLoss: expect.any(Number) });
    await rm(out, { recursive: true });
  });

  it.each(["bin", "tfrecords"])("is turned into ids, in .%s", async (format) => {
    const out = at("ids");
    const done = await run(
      ...["tokenize", "--tokenizer", "bytes", "--output-format", format, "--out", out, "--json"],
      ...["--workers", "1", "--files-per", "10000000", "--data", at("text.txt")],
    );
    const { files, ...counts } = resultOf<{ files: string[] }>(done);
    expect(counts).toMatchObject({ documents: 1, tokens: characters + 1 });
    expect((await stat(files[0]!)).size).toBeGreaterThanOrEqual(characters);
    await rm(out, { recursive: true });
  });
});
