import { defineLayout, defineMesh, lower } from "mtf";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type Config, parseConfig } from "../src/config/index.ts";
import { keySchemas } from "../src/config/schema.ts";
import { modelOf } from "../src/models/index.ts";
import { lowerStep } from "../src/train/lower-step.ts";
import { initialState } from "../src/train/step.ts";

// Whatever number somebody writes for a key: a step can be made of it, or the error names the key.

type Section = keyof typeof keySchemas;

const base = {
  ...{ vocab_size: 257, max_position_embeddings: 16, hidden_size: 16, num_layers: 1, num_heads: 2 },
  training: { context: 16, batch_size: 2, tokenizer: "bytes" },
};

/** Each kind of model, with the sections of a config that say something of it alone. */
const models = {
  gpt_neo: { sections: ["model", "training"] },
  gpt_neox: { sections: ["model", "architecture"] },
  gpt_neo_mesh: { sections: ["original"] },
} satisfies Record<string, { sections: readonly Section[] }>;

const absurd = [-1, 0, 1e-30, 0.5, 1, 3, 2 ** 31, 2 ** 53, 1e30];

/** Keys that may be numbers. */
const numeric = (section: Section): readonly string[] =>
  Object.entries(keySchemas[section])
    .filter(([, schema]) => [1, 0.5, 0].some((value) => v.safeParse(schema, value).success))
    .map(([key]) => key);

function configWith(config: object, section: Section, key: string, value: number): object {
  if (section === "model") return { ...config, [key]: value };
  const before = (config as Record<string, object | undefined>)[section];
  return { ...config, [section]: { ...before, [key]: value } };
}

/** Makes the step of a config, and the state that it begins with. */
function make(config: Config): void {
  const { batch_size, context, grad_accumulation } = config.training;
  const dims = modelOf(config).dims(config, batch_size / grad_accumulation, context);
  const layout = defineLayout({ dims: dims as never, mesh: defineMesh({}), rules: {} });
  lowerStep(config, dims, layout);
  lower(() => initialState(config, dims), { layout, inputs: [] as const });
}

describe.each(Object.entries(models))("%s", (model_type, { sections }) => {
  const keys = sections.flatMap((section) =>
    numeric(section).map((key) => [section, key] as const),
  );

  it("has keys that are numbers", () => expect(keys.length).toBeGreaterThan(0));

  it.each(keys)("%s %s", (section, key) => {
    const named = <T>(value: number, action: () => T): T | undefined => {
      try {
        return action();
      } catch (error) {
        expect((error as Error).message, `${key}: ${value}`).toContain(key);
        return undefined;
      }
    };
    const accepted = absurd.flatMap((value) => {
      const written = configWith({ ...base, model_type }, section, key, value);
      const config = named(value, () => parseConfig(written));
      return config ? [[value, config] as const] : [];
    });
    // Of those that a config takes, the least and the most.
    for (const [value, config] of accepted.filter((_, i, all) => i === 0 || i === all.length - 1)) {
      named(value, () => make(config));
    }
  });
});
