import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "../../test/support/cli.ts";
import { fixture } from "../../test/support/expected.ts";
import { logOf, someText } from "../../test/support/runs.ts";
import { bytesOf } from "../data/bytes/index.ts";
import { readRecords } from "../data/tfrecord/index.ts";
import { restartRecord, scalarsRecord, versionRecord } from "./events.ts";
import { openEvents } from "./log.ts";

interface Oracle {
  readonly wall_time: number;
  readonly step: number;
  readonly record_hex: string;
  readonly source_metadata_writer?: string;
  readonly values?: readonly { readonly tag: string; readonly value_f32: number | string }[];
}

const { files } = JSON.parse(readFileSync(fixture("tfevents/expected.json"), "utf8")) as {
  files: Record<string, { records: Oracle[] }>;
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The numbers of a record that we wrote, read back by the format's own rules. */
function read(data: Uint8Array): { step: number; values: Record<string, number> } {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const varint = (at: number): [number, number] => {
    let [value, factor, i] = [0, 1, at];
    for (; data[i]! >= 128; i++, factor *= 128) value += (data[i]! & 127) * factor;
    return [value + data[i]! * factor, i + 1];
  };
  let [step, at] = [0, 9];
  if (data[at] === 0x10) [step, at] = varint(at + 1);
  const values: Record<string, number> = {};
  if (data[at] === 0x2a) {
    [, at] = varint(at + 1);
    while (at < data.length) {
      const [, begin] = varint(at + 1);
      const [length, tag] = varint(begin + 1);
      const name = new TextDecoder().decode(data.subarray(tag, tag + length));
      values[name] = view.getFloat32(tag + length + 1, true);
      at = tag + length + 5;
    }
  }
  return { step, values };
}

async function recordsOf(
  file: string,
): Promise<{ step: number; values: Record<string, number> }[]> {
  const records = [];
  for await (const { data } of readRecords(file, bytesOf(file))) records.push(read(data));
  return records;
}

describe.each(["tf1_filewriter.tfevents", "tensorboard_pure_python.tfevents"])("%s", (name) => {
  const { records } = files[name]!;

  it("has our bytes, record by record", () => {
    const ours = records.map(({ wall_time, step, source_metadata_writer, values }) =>
      source_metadata_writer === undefined
        ? scalarsRecord(
            wall_time,
            step,
            values!.map(({ tag, value_f32 }) => [tag, Number(value_f32)]),
          )
        : versionRecord(wall_time, source_metadata_writer),
    );
    expect(ours.map(hex)).toEqual(records.map(({ record_hex }) => record_hex));
    expect(hex(Buffer.concat(ours))).toBe(hex(readFileSync(fixture(`tfevents/${name}`))));
  });
});

it("a restart is a session's start", () => {
  expect(hex(restartRecord(1600000000.25, 300).subarray(12, -4))).toBe(
    "09000010000084d7d74110ac023a020801".replace(
      "000010000084d7d741",
      hex(Buffer.from(new Float64Array([1600000000.25]).buffer)),
    ),
  );
});

describe("a file of events", () => {
  const folder = temporaryFolder();

  it("has a name of its own, and every record at once", async () => {
    const now = () => 1_600_000_000_250;
    const logs = [openEvents(folder, { now }), openEvents(folder, { now, after: 7 })];
    for (const log of logs)
      log.append(8, [
        ["loss", 7.25],
        ["é/中", -0.5],
      ]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(logs[0]!.file).toMatch(/events\.out\.tfevents\.1600000000\..*\.\d+\.0$/);
    const step = { step: 8, values: { loss: 7.25, "é/中": -0.5 } };
    expect(await recordsOf(logs[0]!.file)).toEqual([{ step: 0, values: {} }, step]);
    expect(await recordsOf(logs[1]!.file)).toEqual([
      { step: 0, values: {} },
      { step: 8, values: {} },
      step,
    ]);
    for (const log of logs) log.close();
  });

  it("that cannot be written is an error with its name", () => {
    expect(() => openEvents(join(folder, "nowhere"))).toThrowError(
      /^\[bad-file\] .*nowhere\/events\.out\.tfevents\..* cannot be written: ENOENT/,
    );
  });
});

describe("train --log tensorboard", () => {
  const folder = temporaryFolder();
  const data = join(folder, "text.txt");
  writeFileSync(data, someText(6000));
  const out = join(folder, "run");
  const train = async (...more: string[]) =>
    resultOf(
      await callHere(
        ...["train", "--config", "tiny", "--context", "16", "--batch-size", "4", "--data", data],
        ...["--out", out, "--runtime", "simulator", "--mesh", "data:2", "--eval-every", "2"],
        ...["--log", "jsonl", "--log", "tensorboard", "--json", ...more],
      ),
    );
  const eventFiles = () =>
    readdirSync(out).filter((name) => name.startsWith("events.out.tfevents."));

  it("writes what the log has; a resumed run goes on in a new file", async () => {
    await train("--steps", "3");
    const [first] = eventFiles();
    await train("--steps", "5", "--resume");
    const [, second] = eventFiles().sort((a, b) => Number(a !== first) - Number(b !== first));
    const records = await recordsOf(join(out, first!));
    const resumed = await recordsOf(join(out, second!));
    expect(records.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(resumed.map(({ step }) => step)).toEqual([0, 4, 4, 5]);
    const log = logOf(out);
    for (const { step, values } of [...records.slice(1), ...resumed.slice(2)]) {
      const entry = log.find((line) => line.step === step)!;
      expect(entry.bytesMoved).toBeGreaterThan(0);
      expect(entry.memoryBytes).toBeGreaterThan(0);
      expect(values).toEqual({
        "train/loss": Math.fround(entry.loss!),
        "train/learning_rate": Math.fround(entry.learningRate!),
        "train/gradient_norm": Math.fround(entry.gradientNorm!),
        "runtime/tokens_per_second": Math.fround(entry.tokensPerSecond!),
        "runtime/bytes_moved": Math.fround(entry.bytesMoved!),
        "runtime/memory_bytes_a_device": Math.fround(entry.memoryBytes!),
        ...(entry.validationLoss !== undefined && {
          "validation/loss": Math.fround(entry.validationLoss),
        }),
      });
    }
    expect(log.filter((line) => line.validationLoss !== undefined)).toHaveLength(4);
  });

  it("is one of two words", async () => {
    const { code, stderr } = await callHere(
      ...["train", "--config", "tiny", "--data", data, "--out", out, "--log", "tensorbord"],
    );
    expect([code, stderr]).toEqual([
      1,
      "gpt-neo: [bad-argument] --log is 'tensorbord', not jsonl or tensorboard.\n  try  --log tensorboard\n",
    ]);
  });
});
