import { open, rm } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { resultOf } from "../support/cli.ts";
import { enoughDisk, largeFolder, twoGiB } from "../support/large.ts";
import { units, writeIndexFor, writeRepeated } from "../support/repeated.ts";

// `inspect` reads all of these; text is in a file of its own.
describe.runIf(enoughDisk)("data of more than 2 GiB", () => {
  const { at, run } = largeFolder();

  it.each(["jsonl", "jsonl.gz", "jsonl.zst", "tfrecords"])("is inspected, as .%s", async (end) => {
    const { unit, size, documents } = await units[end]!();
    const times = Math.ceil(twoGiB / size);
    const file = at(`data.${end}`);
    await writeRepeated(file, unit, times);
    const { data } = resultOf<{ data: object }>(await run("inspect", "--json", file));
    await rm(file);
    const bytes = times * unit.length;
    expect(data).toMatchObject({ documents: times * documents, files: [{ bytes }] });
    if (end === "tfrecords") expect(data).toMatchObject({ tokens: times * 2049 });
  });

  it("is read to its end, as .bin", async () => {
    const file = at("data.bin");
    const ids = 1 << 20;
    const documents = Math.ceil(twoGiB / (2 * ids));
    // Zeros are ids as well, and need no disk.
    const bin = await open(file, "w");
    await bin.truncate(2 * ids * documents);
    await bin.write(Uint16Array.of(50256, 12345), 0, 4, 2 * ids * documents - 4);
    await bin.close();
    await writeIndexFor(file, documents, ids);

    const { data } = resultOf<{ data: object }>(await run("inspect", "--json", file));
    expect(data).toMatchObject({ documents, tokens: documents * ids });
    const { bytes, stdout } = await run("cat", "--data", file);
    expect(bytes).toBe(documents * ('{"input_ids":[]}\n'.length + 2 * ids - 1) + 2 * 4);
    expect(stdout.endsWith(",0,0,50256,12345]}\n")).toBe(true);
  });
});
