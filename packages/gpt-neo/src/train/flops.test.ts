import { expect, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { flopsOfToken } from "./flops.ts";

it("counts products with matrices, and with the positions that layers see", () => {
  const shape = { vocab_size: 100, hidden_size: 8, num_layers: 2, num_heads: 2, window_size: 4 };
  const written = { ...shape, max_position_embeddings: 16, training: { context: 10 } };
  const config = parseConfig(written);
  // Four matrices of 8 by 8 and two of 8 by 32 a layer, and the table that is the output's.
  const matrices = 2 * (4 * 64 + 2 * 256) + 800;
  // One layer sees all, the other four.
  expect(flopsOfToken(config)).toBe(6 * matrices + 12 * 8 * (10 + 4));
  const untied = parseConfig({ ...written, tie_word_embeddings: false });
  expect(flopsOfToken(untied)).toBe(flopsOfToken(config));
});
