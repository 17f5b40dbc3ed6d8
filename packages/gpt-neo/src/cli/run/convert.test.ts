import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { dispatch } from "../dispatch.ts";
import { parseSize } from "../size.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/weights/", import.meta.url));

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convert-command-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command line, as a shell would. */
async function shell(...args: string[]): Promise<{
  readonly code: number;
  readonly out: string;
  readonly err: string;
}> {
  const [out, err]: [string[], string[]] = [[], []];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => err.push(String(text)) > 0);
  const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
  const code = await dispatch(["convert", ...args], output);
  return { code, out: out.join(""), err: err.join("") };
}

describe("gpt-neo convert", () => {
  const from = `${fixtures}tensorflow/adam`;

  it("tells progress and remarks on the side, and the result", async () => {
    const to = join(folder, "told");
    const flags = ["--dtype", "float16", "--max-shard-size", "10KB"];
    const { code, out, err } = await shell("--from", from, "--to", to, ...flags);
    expect(code).toBe(0);
    expect(out).toMatch(/^tensors +30\nparameters +7392\ndtype +float16\nstep +8$/m);
    expect(err).toContain("100 % of 7392 parameters\n");
    expect(err).toContain("config: activation_function: was never read");
    expect((await readdir(to)).sort()).toEqual([
      "config.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ]);
  });

  it("ends with one object where asked", async () => {
    const to = join(folder, "json");
    const { out } = await shell("--from", from, "--to", to, "--json");
    expect(JSON.parse(out)).toMatchObject({
      out: to,
      from: `${from}/model.ckpt-8.index`,
      format: "tensorflow",
      tensors: 30,
      parameters: 7392,
      dtype: "float32",
      step: 8,
      unexpected: [],
      notes: { activation_function: expect.any(String) },
    });
  });

  it.each([
    [["--dtype", "bfloat61"], /float32 or float16 or bfloat16/],
    [["--vocab-size", "0.5"], /whole number/],
    [["--vocab-size", "1000000000"], /cannot be cut to 1000000000/],
    [["--max-shard-size", "5 apples"], /a size such as 5GB/],
    [["--config", "nothing.json"], /nothing\.json/],
  ])("%j: an error, and nothing is written", async (flags, reason) => {
    const to = join(folder, "wrong");
    const { code, err } = await shell("--from", from, "--to", to, ...flags);
    expect(code).toBe(1);
    expect(err).toMatch(reason);
    expect(await readdir(folder)).not.toContain("wrong");
  });
});

it("sizes are read as people write them", () => {
  const written = ["5GB", "500 MB", "10kb", "1.5GiB", "123"];
  expect(written.map(parseSize)).toEqual([5e9, 5e8, 1e4, 1.5 * 2 ** 30, 123]);
  for (const wrong of ["", "GB", "-5GB", "5XB", "0", "1e9", "9999999999TB", "5GB5"]) {
    expect(parseSize(wrong)).toBeUndefined();
  }
});
