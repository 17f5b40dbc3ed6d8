import { defineMesh } from "mtf";
import { simulator } from "mtf/simulator";
import { describe, it } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { agreement } from "../support/agree.ts";
import { type Decode, decodingOn } from "../support/decoding.ts";
import {
  disagreement,
  fixture,
  readJson,
  readTensors,
  type Tolerance,
} from "../support/expected.ts";
import { familyFolders } from "../support/family.ts";
import { layouts, someOf } from "./layouts.ts";

const where = [
  ...["one device", "both", "sequence split", "sequence and memory split"],
  ...["embd split", "uneven in three", "fully sharded"],
];

/** The most tokens of a row that come at once: with the window, fewer than a row has. */
const chunk = 3;

describe.each(familyFolders)("Hugging Face's %s with a cache", async (name, path) => {
  const agree = agreement(`${name}, with a cache`);
  const folder = fixture(path);
  const config = await loadConfig(`${folder}/config.json`);
  const tensors = await readTensors(`hugging-face/${name}/expected.safetensors`);
  const { tolerance } = await readJson<Fixture>(`hugging-face/${name}/expected.json`);
  const ids = [...tensors.get("input_ids")!];
  const mask = [...tensors.get("left.attention_mask")!];
  const batch = 3;
  const memory = ids.length / batch;

  it.each(someOf(where, ["both", "sequence and memory split", "fully sharded"]))(
    "computes the same, %s",
    async (on) => {
      const at = layouts[on]!;
      const devices = await simulator(defineMesh(at.mesh));
      try {
        const decode = await decodingOn(devices, at, { folder, config, batch, memory, chunk });
        for (const [kind, counts] of [
          ["logits", ids.map(() => 1)],
          // Rows that were padded on the left, without their padding.
          ["left.logits", mask],
        ] as const) {
          const numbers = await inPieces(decode, counts);
          const expected = { numbers: tensors.get(kind)!, tolerance: tolerance[kind]! };
          agree(on, new Map([[kind, disagreement(numbers, { ...expected, counts })]]));
        }
      } finally {
        await devices.close();
      }
    },
  );

  /** Logits of the places that count. Rows go on by different steps: by chunks, and then one by one. */
  async function inPieces(decode: Decode, counts: readonly number[]): Promise<Float64Array> {
    const vocab = config.vocab_size;
    const numbers = new Float64Array(ids.length * vocab);
    const rows = Array.from({ length: batch }, (_, row) => {
      const end = (row + 1) * memory;
      const begin = counts.indexOf(1, row * memory);
      return { begin, end, next: begin };
    });
    for (let step = 0; rows.some(({ next, end }) => next < end); step++) {
      const most = step < 4 ? chunk : 1;
      const given = rows.map(({ begin, next, end }, row) => {
        const count = Math.min((step + row) % (most + 1), end - next);
        return { before: next - begin, ids: ids.slice(next, next + count) };
      });
      const logits = await decode(most, given);
      for (const [row, { ids: taken }] of given.entries()) {
        const from = row * most * vocab;
        const places = logits.subarray(from, from + taken.length * vocab);
        numbers.set(places, rows[row]!.next * vocab);
        rows[row]!.next += taken.length;
      }
    }
    return numbers;
  }
});

interface Fixture {
  readonly tolerance: Readonly<Record<string, Tolerance>>;
}
