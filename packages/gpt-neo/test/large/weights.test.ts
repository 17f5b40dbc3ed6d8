import { rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { openWeights } from "../../src/weights/index.ts";
import { resultOf } from "../support/cli.ts";
import { enoughDisk, largeFolder } from "../support/large.ts";
import { writePytorch } from "../support/large-pytorch.ts";
import { writeSafetensors } from "../support/large-safetensors.ts";
import { writeTensorflow } from "../support/large-tensorflow.ts";
import { largeTensors, lastNumber } from "../support/large-tensors.ts";

const writers = {
  safetensors: writeSafetensors,
  pytorch: writePytorch,
  tensorflow: writeTensorflow,
} as const;
type Kind = keyof typeof writers;

const parameters = largeTensors.reduce((sum, { bytes }) => sum + bytes / 4, 0);

describe.runIf(enoughDisk)("weights of more than 2 GiB", () => {
  const { at, run } = largeFolder();

  it.each(Object.keys(writers) as Kind[])("are inspected and converted, from %s", async (kind) => {
    const from = await writers[kind](at("from"));
    const { weights } = resultOf<{ weights: object }>(await run("inspect", "--json", from));
    expect(weights).toMatchObject({ format: kind, parameters });

    const to = at("to");
    const done = await run("convert", "--json", "--dtype", "bfloat16", "--from", from, "--to", to);
    expect(resultOf(done)).toMatchObject({
      format: kind,
      parameters,
      tensors: largeTensors.length,
    });
    const converted = await openWeights(to);
    for (const { name, shape } of largeTensors) {
      const ends = shape.map((size) => ({ begin: Math.max(0, size - 2), size: Math.min(2, size) }));
      const numbers = [...(await converted.read(name, { box: ends }))];
      // Neither lost nor elsewhere: beside the last number there are zeros.
      expect(numbers).toEqual([...numbers.slice(1).fill(0), lastNumber]);
    }
    await converted.close();
    for (const folder of ["from", "to"]) await rm(at(folder), { recursive: true });
  });
});
