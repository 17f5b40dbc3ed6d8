import { defineMesh } from "mtf";
import { simulator } from "mtf/simulator";
import { describe, it } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { programsOf } from "../../src/model-program.ts";
import { pagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { agreement } from "../support/agree.ts";
import {
  disagreement,
  fixture,
  readJson,
  readTensors,
  type Tolerance,
} from "../support/expected.ts";
import { familyFolders } from "../support/family.ts";
import { parametersOn } from "../support/on-parameters.ts";
import { type Case, layouts, someOf } from "./layouts.ts";

const where = [
  ...["one device", "both", "sequence and memory split", "embd split", "uneven in three"],
  ...["fully sharded", "blocks and heads split"],
];

function caseOf(on: string): Case {
  return layouts[on] ?? { mesh: "pool:2,model:2", layout: "block:pool,heads:model" };
}

describe.each(familyFolders)("Hugging Face's %s with its cache in blocks", async (name, path) => {
  const agree = agreement(`${name}, in blocks`);
  const folder = fixture(path);
  const config = await loadConfig(`${folder}/config.json`);
  const tensors = await readTensors(`hugging-face/${name}/expected.safetensors`);
  const told = await readJson<{ tolerance: Record<string, Tolerance> }>(
    `hugging-face/${name}/expected.json`,
  );
  const ids = [...tensors.get("input_ids")!];
  const batch = 3;
  const length = ids.length / batch;
  const vocab = config.vocab_size;

  it.each(someOf(where, ["both", "blocks and heads split"]))(
    "computes the same, %s",
    async (on) => {
      const at = caseOf(on);
      const devices = await simulator(defineMesh(at.mesh));
      try {
        const { layout, parameters } = await parametersOn(devices, at, { folder, config });
        const program = programsOf({ config, devices, layout });
        // Blocks of 3 tokens, with which rows do not end together.
        const context = config.max_position_embeddings;
        const paging = { config, parameters, program, context };
        const logits = pagedLogits(paging, batch * Math.ceil(context / 3), 3);
        const numbers = new Float64Array(ids.length * vocab);
        const counts = ids.map(() => 0);
        // Rows begin by different lengths, and go on by one token at a time.
        for (let step = 0; step < length - 1; step++) {
          const ends = [0, 1, 2].map((row) => Math.min(length, 5 + step - row));
          const rows = ends.map((end, row) => ({
            ids: ids.slice(row * length, row * length + end),
            ...(step > 0 && { continues: row }),
          }));
          let found = await logits.next(rows);
          while (found.includes(undefined)) {
            found = await logits.next(rows.map((row, continues) => ({ ...row, continues })));
          }
          for (const [row, end] of ends.entries()) {
            const place = row * length + end - 1;
            numbers.set(found[row] as Float32Array, place * vocab);
            counts[place] = 1;
          }
        }
        const expected = { numbers: tensors.get("logits")!, tolerance: told.tolerance.logits! };
        agree(on, new Map([["logits", disagreement(numbers, { ...expected, counts })]]));
      } finally {
        await devices.close();
      }
    },
  );
});
