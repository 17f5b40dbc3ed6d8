import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "./command.ts";
import { parseSize, printSize } from "./size.ts";

const fixtures = fileURLToPath(new URL("../../test/fixtures/weights/", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convert-command-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

function listen(): { readonly out: () => string; readonly err: () => string } {
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockReturnValue(true),
  );
  const [out, err] = streams.map((spy) => () => spy.mock.calls.map(([text]) => text).join(""));
  return { out: out!, err: err! };
}

describe("gpt-neo convert", () => {
  it("tells progress and remarks on the side, and the result", async () => {
    const { out, err } = listen();
    const to = join(folder, "told");
    await run({ from: `${fixtures}tensorflow/adam`, to, dtype: "float16", maxShardSize: "10KB" });
    expect(out()).toBe(`wrote ${to}: 30 tensors, 7392 parameters, float16, about 14.8 KB\n`);
    expect(err()).toContain("converted 100 %\n");
    expect(err()).toContain("config: activation_function was never read");
    expect((await readdir(to)).sort()).toEqual([
      "config.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ]);
  });

  it("ends with one object where asked", async () => {
    const { out } = listen();
    const to = join(folder, "json");
    await run({ from: `${fixtures}tensorflow/adam`, to, json: true });
    expect(JSON.parse(out())).toMatchObject({
      folder: to,
      format: "tensorflow",
      tensors: 30,
      parameters: 7392,
      dtype: "float32",
      step: 8,
      unexpected: [],
      notes: { activation_function: expect.any(String) },
    });
  });

  it("names wrong options", async () => {
    const from = `${fixtures}pytorch/bin`;
    const to = join(folder, "wrong");
    await expect(run({ from, to, dtype: "bfloat61" })).rejects.toThrow(/try +--dtype bfloat16/);
    await expect(run({ from, to, vocabSize: 0.5 })).rejects.toThrow(/--vocab-size is 0.5/);
    await expect(run({ from, to, maxShardSize: "5 apples" })).rejects.toThrow(/no size of a file/);
    await expect(run({ from, to, vocabSize: 1e9 })).rejects.toThrow(/cannot be cut to 1000000000/);
    expect(await readdir(folder)).not.toContain("wrong");
  });
});

it("sizes are read as people write them, and written as they read them", () => {
  expect(["5GB", "500 MB", "10kb", "1.5GiB", "123"].map(parseSize)).toEqual([
    5e9,
    5e8,
    1e4,
    1.5 * 2 ** 30,
    123,
  ]);
  for (const wrong of ["", "GB", "-5GB", "5XB", "0", "1e9", "9999999999TB"]) {
    expect(() => parseSize(wrong)).toThrow(/no size of a file/);
  }
  expect([12, 1500, 2.5e6, 5.3e9].map(printSize)).toEqual(["12 B", "1.5 KB", "2.5 MB", "5.3 GB"]);
});
