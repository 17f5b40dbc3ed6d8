import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { temporaryFolder } from "../../test/support/cli.ts";
import { fixture } from "../../test/support/expected.ts";
import { fuzz, mutations } from "../../test/support/weights.ts";
import { recordOf } from "../data/tfrecord/index.ts";
import { scalarsRecord } from "./events.ts";
import { openEvents } from "./log.ts";
import { type Event, readEvents } from "./read.ts";

interface Oracle {
  readonly wall_time: number;
  readonly step: number;
  readonly record_hex: string;
  readonly values?: readonly { readonly tag: string; readonly value_f32: number | string }[];
}

const { files } = JSON.parse(readFileSync(fixture("tfevents/expected.json"), "utf8")) as {
  files: Record<string, { records: Oracle[] }>;
};
const folder = temporaryFolder();

async function eventsOf(bytes: Uint8Array): Promise<Event[]> {
  const file = join(folder, "tfevents");
  writeFileSync(file, bytes);
  const events: Event[] = [];
  for await (const event of readEvents(file)) events.push(event);
  return events;
}

describe.each(Object.entries(files))("%s", (_, { records }) => {
  const bytes = Buffer.concat(records.map(({ record_hex }) => Buffer.from(record_hex, "hex")));

  it("is read, record by record", async () => {
    const expected = records.map(({ wall_time, step, values = [] }) => ({
      time: wall_time,
      step,
      scalars: values.map(({ tag, value_f32 }) => [tag, Number(value_f32)]),
      others: [],
      restarts: false,
    }));
    expect(await eventsOf(bytes)).toEqual(expected);
  });

  it("damaged in any way, is read or ends in an error that says where", async () => {
    expect(
      await fuzz(mutations(bytes), 150, async (bad) => {
        await eventsOf(bad);
      }),
    ).toBeGreaterThan(draws(100));
  });

  it("with checksums that fit the damage, too", async () => {
    const payloads = records.map(({ record_hex }) =>
      Buffer.from(record_hex, "hex").subarray(12, -4),
    );
    const damaged = fc.constantFrom(...payloads).chain((payload) => mutations(payload));
    await fuzz(damaged, 300, async (payload) => {
      await eventsOf(recordOf(payload));
    });
  });
});

it("reads what we write, restarts too", async () => {
  const log = openEvents(folder, { after: 7, now: () => 1_600_000_000_250 });
  log.append(8, [
    ["loss", 7.25],
    ["é/中", Number.NaN],
  ]);
  log.close();
  const events = await eventsOf(readFileSync(log.file));
  expect(events.map(({ step, restarts }) => [step, restarts])).toEqual([
    [0, false],
    [8, true],
    [8, false],
  ]);
  expect(events[2]).toMatchObject({
    time: 1_600_000_000.25,
    scalars: [
      ["loss", 7.25],
      ["é/中", Number.NaN],
    ],
  });
});

it("names what is no number", async () => {
  // A value with a tag and a histogram, its field 5.
  const value = Buffer.from("0a0161" + "2a020800", "hex");
  const event = Buffer.concat([Buffer.from([0x2a, value.length + 2, 0x0a, value.length]), value]);
  const [found] = await eventsOf(recordOf(event));
  expect(found).toMatchObject({ scalars: [], others: ["a"] });
  expect(await eventsOf(scalarsRecord(1, 2, [["a", 3]]))).toMatchObject([{ step: 2, others: [] }]);
});
