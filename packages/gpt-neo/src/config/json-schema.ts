import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { descriptions } from "./descriptions.ts";
import { dialectKeys } from "./dialects/index.ts";
import { otherKeys } from "./keys.ts";
import { keySchemas } from "./schema.ts";

/**
 * The JSON schema of a config file, for editors: draft 7, which all of them know.
 *
 * @example
 * writeFileSync("config.schema.json", JSON.stringify(configJsonSchema()));
 */
export function configJsonSchema(): JsonSchema {
  const others = [
    ...otherKeys.map((key) => [key, "Of Hugging Face's library; nothing here depends on it."]),
    ...dialectKeys.map((key) => [key, "Of another architecture's config, as model_type says."]),
  ].filter(([key]) => !(key! in keySchemas.model));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "gpt-neo config",
    description: "A GPT-Neo as Hugging Face's config.json describes it, and how to train it.",
    type: "object",
    properties: {
      $schema: { description: "Where this schema is, for editors.", type: "string" },
      ...described(propertiesOf(keySchemas.model)),
      architecture: {
        description: "What the model is made of, in NeoX's words; by default what GPT-Neo is.",
        type: "object",
        properties: described(propertiesOf(keySchemas.architecture)),
        additionalProperties: false,
      },
      original: {
        description: "The original GPT-Neo's own options, those of model_type gpt_neo_mesh.",
        type: "object",
        properties: described(propertiesOf(keySchemas.original)),
        additionalProperties: false,
      },
      training: {
        description: "How the model is trained.",
        type: "object",
        properties: described(propertiesOf(keySchemas.training)),
        additionalProperties: false,
      },
      // Hugging Face's keys of other architectures, and those that mean nothing here.
      ...Object.fromEntries(others.map(([key, description]) => [key, { description }])),
    },
    additionalProperties: false,
  };
}

type Properties = Readonly<Record<string, JsonSchema>>;

function propertiesOf(schemas: v.ObjectEntries): Properties {
  const { properties = {} } = toJsonSchema(v.object(schemas), {
    target: "draft-07",
    typeMode: "input",
    // JSON has no other numbers than finite ones, and a schema no checks by code.
    ignoreActions: ["finite", "check"],
  });
  return properties as Properties;
}

/** With what each key means, at any depth. */
function described(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const description = descriptions[key];
      const within = describedWithin(schema);
      return [key, description === undefined ? within : { description, ...within }];
    }),
  );
}

function describedWithin(schema: JsonSchema): JsonSchema {
  const each = (schemas: JsonSchema["anyOf"]) =>
    schemas?.map((one) => (typeof one === "boolean" ? one : describedWithin(one)));
  const { properties, anyOf, oneOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: described(properties as Properties) }),
    ...(anyOf && { anyOf: each(anyOf) }),
    ...(oneOf && { oneOf: each(oneOf) }),
  };
}
