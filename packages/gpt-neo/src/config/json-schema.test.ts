import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig, presets, toJson } from "./index.ts";
import { configJsonSchema } from "./json-schema.ts";

const published = "../../config.schema.json";
const schema = JSON.parse(JSON.stringify(configJsonSchema()));

/** The paths at which a value is not what a schema says: the keywords that ours has, no more. */
function wrong(value: unknown, schema: Record<string, unknown>, path = ""): string[] {
  const { type, enum: choices, const: only, anyOf, items } = schema;
  if (Array.isArray(anyOf)) return anyOf.every((one) => wrong(value, one).length > 0) ? [path] : [];
  if (typeof value === "string" && value.length < ((schema.minLength as number) ?? 0))
    return [path];
  if (Array.isArray(choices)) return choices.includes(value) ? [] : [path];
  if (only !== undefined) return value === only ? [] : [path];
  const is =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "array"
        : Number.isInteger(value)
          ? "integer"
          : typeof value;
  const types = type === undefined ? [is] : [type].flat();
  if (!types.includes(is) && !(is === "integer" && types.includes("number"))) return [path];
  if (typeof value === "number") {
    const [least, above, most] = [
      schema.minimum,
      schema.exclusiveMinimum,
      schema.maximum,
    ] as number[];
    return value < least! || value <= above! || value > most! ? [path] : [];
  }
  if (Array.isArray(value)) {
    if (value.length < ((schema.minItems as number) ?? 0)) return [path];
    const of = (i: number) => (Array.isArray(items) ? items[i] : items);
    return value.flatMap((item, i) =>
      of(i) ? wrong(item, of(i), `${path}[${i}]`) : [`${path}[${i}]`],
    );
  }
  const properties = schema.properties as Record<string, Record<string, unknown>> | undefined;
  if (value === null || typeof value !== "object" || !properties) return [];
  const lacking = ((schema.required as string[]) ?? []).filter((key) => !(key in value));
  if (lacking.length > 0) return lacking.map((key) => `${path}.${key}`);
  return Object.entries(value).flatMap(([key, item]) =>
    properties[key] ? wrong(item, properties[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

describe("config.schema.json", () => {
  it("is what the checks say (vitest -u writes it anew)", async () => {
    // Short lists are on one line, as the formatter has them.
    const text = JSON.stringify(schema, null, 2).replace(
      /(.*)\[\n\s+([^[\]{}]*?)\n\s+\](,?)/g,
      (long, before, list, after) => {
        const short = `${before}[${list.split(/,\n\s+/).join(", ")}]${after}`;
        return short.length > 100 ? long : short;
      },
    );
    await expect(`${text}\n`).toMatchFileSnapshot(published);
  });

  it("says of each key what it means, at any depth", () => {
    const undescribed = (value: unknown, path: string): readonly string[] => {
      if (Array.isArray(value)) return value.flatMap((one) => undescribed(one, path));
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).flatMap(([key, one]) =>
        key === "properties"
          ? Object.entries(one as Record<string, Record<string, unknown>>).flatMap(
              ([name, own]) => [
                // What may be but one thing says it.
                ...(own.description || "const" in own ? [] : [`${path}.${name}`]),
                ...undescribed(own, `${path}.${name}`),
              ],
            )
          : undescribed(one, path),
      );
    };
    expect(undescribed(schema, "")).toEqual([]);
    expect(undescribed({ properties: { a: { properties: { b: {} } } } }, "")).toEqual([
      ".a",
      ".a.b",
    ]);
  });

  it("fits every preset, as written and as completed", () => {
    for (const preset of Object.values(presets)) {
      expect(wrong(preset, schema)).toEqual([]);
      expect(wrong(JSON.parse(JSON.stringify(toJson(parseConfig(preset)))), schema)).toEqual([]);
    }
  });

  it("fits Hugging Face's configs", async () => {
    const file = new URL("../../test/fixtures/config/tiny.json", import.meta.url).pathname;
    expect(wrong(JSON.parse(readFileSync(file, "utf8")), schema)).toEqual([]);
    expect(wrong(JSON.parse(JSON.stringify(toJson(await loadConfig(file)))), schema)).toEqual([]);
  });

  it.each([
    [{ hidden_siz: 3 }, ".hidden_siz"],
    [{ hidden_size: 0 }, ".hidden_size"],
    [{ hidden_size: 1.5 }, ".hidden_size"],
    [{ attention_types: [[["sparse"], 1]] }, ".attention_types[0][0][0]"],
    [{ training: { schedule: "cubic" } }, ".training.schedule"],
    [{ training: { learning_rate: 0 } }, ".training.learning_rate"],
    [{ training: { betas: [0.9] } }, ".training.betas"],
    [{ training: { tokenizer: 3 } }, ".training.tokenizer"],
    [{ training: { tokenizer: "" } }, ".training.tokenizer"],
    [{ training: { data: [] } }, ".training.data"],
    [{ training: { data: [{ files: "a.txt", weight: 0 }] } }, ".training.data"],
    [{ training: { data: [{ file: "a.txt" }] } }, ".training.data"],
    [{ training: { validation_data: [{ files: "a.txt" }] } }, ".training.validation_data"],
  ])("refuses %j, as the checks do", (value, path) => {
    expect(wrong(value, schema)).toEqual([path]);
    expect(() => parseConfig(value)).toThrowError();
  });

  it.each([
    ["a.txt"],
    [["a.txt", "b"]],
    [[{ files: "a.txt" }, { files: ["b", "c"], weight: 0.5 }]],
    [null],
  ])("fits data %j", (data) => {
    const value = { training: { data } };
    expect(wrong(value, schema)).toEqual([]);
    expect(wrong(JSON.parse(JSON.stringify(toJson(parseConfig(value)))), schema)).toEqual([]);
  });

  it("may be named by a config", () => {
    const value = { $schema: "./node_modules/gpt-neo/config.schema.json", hidden_size: 64 };
    expect(wrong(value, schema)).toEqual([]);
    expect(parseConfig(value).hidden_size).toBe(64);
  });
});
