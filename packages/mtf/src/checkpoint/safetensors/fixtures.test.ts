import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MtfError } from "../../errors.ts";
import { openModel } from "./model.ts";
import { openSafetensors } from "./open.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/", import.meta.url));
const json = (path: string) => JSON.parse(readFileSync(fixtures + path, "utf8"));

describe("files that the reference wrote", () => {
  const { files } = json("safetensors/expected.json");
  it.each(Object.keys(files))("%s", async (name) => {
    const expected = files[name];
    const file = await openSafetensors(`${fixtures}safetensors/${name}`);
    expect({ ...file.metadata }).toEqual({ ...expected.metadata });
    const bySize = (a: string, b: string) =>
      file.tensors.get(a)!.offset - file.tensors.get(b)!.offset;
    expect([...file.tensors.keys()].sort(bySize)).toEqual(expected.names_by_offset);
    for (const tensor of expected.tensors) {
      const found = file.tensors.get(tensor.name)!;
      expect([found.dtype, found.shape]).toEqual([tensor.dtype, tensor.shape]);
      let hex = "";
      for await (const piece of file.bytes(tensor.name)) hex += Buffer.from(piece).toString("hex");
      expect(hex).toBe(tensor.hex);
      if (tensor.dtype.startsWith("F8")) continue;
      const values = await file.read(tensor.name);
      expect([...values]).toEqual(tensor.values.flat(Number.POSITIVE_INFINITY).map(Number));
    }
    await file.close();
  });
});

describe("damaged and odd files", () => {
  const { cases } = json("safetensors-hostile/expected.json");
  // Harmless to the reference, which forgets one of the two; to us it is damage.
  const stricter = ["duplicate-names"];

  it("are all listed", () => {
    const found = readdirSync(`${fixtures}safetensors-hostile`)
      .filter((name) => name.endsWith(".safetensors"))
      .map((name) => name.replace(/\.safetensors$/, ""));
    expect(Object.keys(cases).sort()).toEqual(found.sort());
  });

  it.each(Object.keys(cases))("%s", async (name) => {
    const path = `${fixtures}safetensors-hostile/${name}.safetensors`;
    const accepted = cases[name].safe_open === "accepts" && !stricter.includes(name);
    const file = await openSafetensors(path).catch((error: unknown) => error);
    if (!accepted) {
      expect(file).toBeInstanceOf(MtfError);
      const { code, details } = file as MtfError;
      expect(code).toBe("bad-file");
      expect(details).toMatchObject({ file: path, offset: expect.any(Number) });
      expect(details.reason).not.toBe("");
      return;
    }
    if (file instanceof Error) throw file;
    const weights = file as Awaited<ReturnType<typeof openSafetensors>>;
    expect(weights.metadata ?? null).toEqual(cases[name].metadata);
    for (const tensor of cases[name].tensors) {
      expect(weights.tensors.get(tensor.name)).toMatchObject({
        dtype: tensor.dtype,
        shape: tensor.shape.map(Number),
      });
      const values = cases[name].values?.[tensor.name];
      if (values) expect([...(await weights.read(tensor.name))]).toEqual(values.map(Number));
    }
    await weights.close();
  });

  it("names file, byte and reason", async () => {
    const path = "../hole.safetensors";
    const { bytesInMemory } = await import("./bytes.ts");
    const bytes = readFileSync(`${fixtures}safetensors-hostile/hole.safetensors`);
    await expect(
      openSafetensors(bytesInMemory(path, bytes)),
    ).rejects.toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [bad-file] ../hole.safetensors is damaged: 4 bytes of no tensor before tensor "b".
        file    ../hole.safetensors
        offset  byte 125]
    `);
  });
});

describe("a model in several files", () => {
  it("reads as the same model in one", async () => {
    const whole = await openSafetensors(`${fixtures}safetensors-sharded/unsharded.safetensors`);
    const parts = await openModel(`${fixtures}safetensors-sharded`);
    expect([...parts.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
    for (const name of whole.tensors.keys()) {
      expect(await parts.read(name)).toEqual(await whole.read(name));
    }
    await whole.close();
    await parts.close();
  });
});
