import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type NameRule, nameRules } from "../models/gpt_neo/names.ts";
import {
  isOriginalNaming,
  meaningOfHuggingFace,
  meaningOfOriginal,
  originalName,
} from "./names.ts";

const fixture = new URL("../../test/fixtures/weights/tensorflow/mapping.json", import.meta.url);
const mapping = JSON.parse(readFileSync(fileURLToPath(fixture), "utf8"));

/** Those that the original has. */
const inBoth = nameRules.filter(
  (rule): rule is NameRule & { readonly original: string } => rule.original !== undefined,
);

describe("names", () => {
  it("are those of the recorded mapping, no more and no fewer", () => {
    const recorded = mapping.entries.map(
      (entry: { mesh: string; hf: string; transpose: boolean }) => ({
        original: entry.mesh,
        huggingFace: entry.hf,
        transposed: entry.transpose,
      }),
    );
    const ours = inBoth.map(({ original, huggingFace, transposed }) => {
      return { original, huggingFace, transposed };
    });
    expect(new Set(ours)).toEqual(new Set(recorded));
  });

  it("go there and back in every layer", () => {
    for (const { original, huggingFace, transposed } of inBoth) {
      for (const layer of ["0", "7", "31"]) {
        const [here, there] = [original, huggingFace].map((n) => n.replace("{i}", layer)) as [
          string,
          string,
        ];
        expect(meaningOfOriginal(here)).toEqual({ kind: "weight", name: there, transposed });
        expect(originalName(there)).toEqual({ name: here, transposed });
        expect(meaningOfOriginal(`${here}/adam_m`)).toMatchObject({ kind: "adam_m", name: there });
        expect(meaningOfOriginal(`${here}/adam_v`)).toMatchObject({ kind: "adam_v", name: there });
        expect(meaningOfHuggingFace(there, true)).toEqual({
          kind: "weight",
          name: there,
          transposed: false,
        });
      }
    }
  });

  it("of slots and steps are told apart", () => {
    expect(meaningOfOriginal("global_step")).toEqual({ kind: "step" });
    for (const slot of ["_slot_v", "_slot_vr", "_slot_vc", "_slot_m"]) {
      expect(meaningOfOriginal(`gpt2/wte${slot}`).kind).toBe("ignored");
    }
    for (const name of [
      "gpt2/h0/wi/kernel",
      "gpt2/h/attn/q",
      "gpt2/h01/attn/q",
      "gpt2/h{i}/attn/q",
      "wte",
    ]) {
      expect(meaningOfOriginal(name)).toEqual({ kind: "unexpected" });
    }
    expect(isOriginalNaming(["global_step", "gpt2/wte"])).toBe(true);
    expect(isOriginalNaming(["transformer.wte.weight"])).toBe(false);
  });

  it("of old masks, tied outputs and bare models", () => {
    for (const mask of ["bias", "masked_bias"]) {
      const name = `transformer.h.3.attn.attention.${mask}`;
      expect(meaningOfHuggingFace(name, true).kind).toBe("ignored");
    }
    expect(meaningOfHuggingFace("lm_head.weight", true).kind).toBe("ignored");
    expect(meaningOfHuggingFace("lm_head.weight", false)).toMatchObject({ name: "lm_head.weight" });
    expect(meaningOfHuggingFace("h.0.ln_1.bias", true)).toMatchObject({
      name: "transformer.h.0.ln_1.bias",
    });
    expect(meaningOfHuggingFace("transformer.h.0.mlp.gate.weight", true).kind).toBe("unexpected");
  });
});
