/**
 * What of the logits of a row is enough, as a rule, to choose an id: numbers that the devices read
 * themselves need not be read back.
 */
export type Look =
  | { readonly kind: "largest" }
  | {
      readonly kind: "likeliest";
      /** Whether it is to be told how likely they are. */
      readonly logSum: boolean;
    }
  | ({ readonly kind: "drawn" } & Draw);

/** Whether two looks ask for the same. */
export function sameLook(a: Look, b: Look): boolean {
  const others = new Map(Object.entries(b));
  return Object.entries(a).every(([key, value]) => others.get(key) === value);
}

/** What ids are drawn with: of each row its own. */
export interface Draw {
  readonly temperature: number;
  readonly seed: number;
  readonly place: number;
  readonly sequence: number;
}

/** Some of the ids that may follow a row, from the lowest on, with their logits. */
export interface Few {
  readonly ids: Int32Array;
  readonly logits: Float32Array;
  /** The logarithm of the sum of what all logits are logarithms of, where that was asked for. */
  readonly logSum?: number;
  /** The id that the devices take where they go on by themselves: the likeliest, or the one that they draw. */
  readonly own: number;
}

/** What is told of a row: the logits of all ids, or of those that were asked for. */
export type Told = Float32Array | Few;

export function isFew(told: Told): told is Few {
  return !(told instanceof Float32Array);
}

/** The likeliest ids that are told: enough for most that choose from few, little to read. */
export const likeliest = 64;

/** Of a draw, the ids whose logits are largest with noise: more than one, to see that it is clear. */
export const contenders = 8;

/** The smallest vocabulary of which few are asked for: a short row is read as fast. */
export const fewest = 4096;

/** What one program tells of all rows, if it tells each what it asks for. */
export type Glance =
  | { readonly kind: "largest" | "drawn" }
  | { readonly kind: "likeliest"; readonly logSum: boolean };

/** What is enough for all rows; undefined where nothing but all logits is. */
export function glanceOf(looks: readonly (Look | undefined)[]): Glance | undefined {
  const kinds = new Set(looks.map((look) => look?.kind));
  if (kinds.has(undefined)) return undefined;
  if (kinds.has("drawn")) return kinds.size === 1 ? { kind: "drawn" } : undefined;
  if (!kinds.has("likeliest")) return { kind: "largest" };
  return {
    kind: "likeliest",
    logSum: looks.some((look) => look?.kind === "likeliest" && look.logSum),
  };
}
