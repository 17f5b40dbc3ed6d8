import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseConfig, presets } from "../config/index.ts";
import { originalRules } from "../models/gpt_neo/original.ts";
import { parameterNames } from "../models/index.ts";
import { meaningsIn, wrapperPrefix } from "./names.ts";
import { isOriginalNaming, meaningOfOriginal, originalName } from "./original-names.ts";

const fixture = new URL("../../test/fixtures/weights/tensorflow/mapping.json", import.meta.url);
const mapping = JSON.parse(readFileSync(fileURLToPath(fixture), "utf8"));

const config = parseConfig({ ...presets.tiny, num_layers: 32 });
const meaningOf = meaningsIn(config);
const untied = parseConfig({ ...presets.tiny, tie_word_embeddings: false });

describe("names", () => {
  it("are those of the recorded mapping, no more and no fewer", () => {
    const recorded = mapping.entries.map(
      (entry: { mesh: string; hf: string; transpose: boolean }) => ({
        original: entry.mesh,
        huggingFace: entry.hf,
        transposed: entry.transpose,
      }),
    );
    expect(new Set(originalRules)).toEqual(new Set(recorded));
  });

  it("go there and back in every layer", () => {
    for (const { original, huggingFace, transposed } of originalRules) {
      for (const layer of ["0", "7", "31"]) {
        const [here, there] = [original, huggingFace].map((n) => n.replace("{i}", layer)) as [
          string,
          string,
        ];
        expect(meaningOfOriginal(here)).toEqual({ kind: "weight", name: there, transposed });
        expect(originalName(there)).toEqual({ name: here, transposed });
        expect(meaningOfOriginal(`${here}/adam_m`)).toMatchObject({ kind: "adam_m", name: there });
        expect(meaningOfOriginal(`${here}/adam_v`)).toMatchObject({ kind: "adam_v", name: there });
        expect(meaningOf(there)).toEqual({
          kind: "weight",
          name: there,
          transposed: false,
        });
      }
    }
  });

  it("are all of the parameters of a tied model", () => {
    const named = parameterNames(config).map(({ name }) => name.replace(/\.h\.\d+\./, ".h.{i}."));
    expect(new Set(originalRules.map(({ huggingFace }) => huggingFace))).toEqual(new Set(named));
  });

  it("of wrappers are told by what follows", () => {
    const bare = ["wte.weight", "h.0.ln_1.bias"];
    const whole = bare.map((name) => `transformer.${name}`);
    for (const names of [bare, whole]) {
      expect(wrapperPrefix(names, config)).toBe("");
      expect(
        wrapperPrefix(
          names.map((name) => `_orig_mod.module.${name}`),
          config,
        ),
      ).toBe("_orig_mod.module.");
    }
    expect(wrapperPrefix(["a.b.c", "a.b.d"], config)).toBe("");
  });

  it("of slots and steps are told apart", () => {
    expect(meaningOfOriginal("global_step")).toEqual({ kind: "step" });
    for (const slot of ["_slot_v", "_slot_vr", "_slot_vc", "_slot_m"]) {
      expect(meaningOfOriginal(`gpt2/wte${slot}`).kind).toBe("ignored");
    }
    for (const name of [
      "gpt2/h0/wo_2/kernel",
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
      expect(meaningOf(name).kind).toBe("ignored");
    }
    expect(meaningOf("lm_head.weight").kind).toBe("ignored");
    expect(meaningsIn(untied)("lm_head.weight")).toMatchObject({ name: "lm_head.weight" });
    expect(meaningOf("h.0.ln_1.bias")).toMatchObject({
      name: "transformer.h.0.ln_1.bias",
    });
    expect(meaningOf("transformer.h.0.mlp.gate.weight").kind).toBe("unexpected");
  });
});
