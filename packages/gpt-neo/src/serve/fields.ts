import * as v from "valibot";
import { isIn, type NumberRange, rangeInWords } from "../number-range.ts";
import { wrongField } from "./request-error.ts";

/** Checks a value, and gives it as it is meant. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/** The fields of a body that all may be left out, by their names. */
export type MaybeFields<Body> = {
  readonly [Name in keyof Body]-?: Schema<Body[Name]>;
};

/** A field that takes numbers of a range. */
export function numberField(range: NumberRange): Schema<number> {
  const is = (x: unknown): boolean => typeof x === "number" && isIn(range, x);
  return v.custom<number>(is, `must be ${rangeInWords(range)}`);
}

/** A field that takes what a test says. */
export function field<T>(is: (value: unknown) => value is T, words: string): Schema<T> {
  return v.custom<T>(is, `must be ${words}`);
}

/** A field that may be left out or null. */
export function maybe<T>(of: Schema<T>): Schema<T | undefined> {
  return v.optional(
    v.pipe(
      v.nullable(of),
      v.transform((value) => value ?? undefined),
    ),
  );
}

export const flagField: Schema<boolean> = v.boolean("must be true or false");

export const isText = (value: unknown): value is string => typeof value === "string";

/**
 * The body of a request, all of whose fields are known and right.
 *
 * @throws RequestError 400 that names the field
 */
export function checked<Body>(schema: Schema<Body>, body: unknown): Body {
  // To the schema a list is an object without fields.
  if (Array.isArray(body)) throw wrongField("body", "must be an object");
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "body";
  if (issue.type === "strict_object" && issue.expected === "never") {
    throw wrongField(path, "is no field that is known here", "unknown_parameter");
  }
  const missing = issue.received === "undefined";
  const reason = issue.type.endsWith("object") ? "must be an object" : issue.message;
  throw wrongField(path, missing ? "is missing" : reason);
}
