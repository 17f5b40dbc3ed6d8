import { MtfError } from "mtf";

export type Json = Readonly<Record<string, unknown>>;

/** Two ids and more fit a number without loss. */
export const maxIds: number = 2 ** 24;

/** What the values of a file are taken as; each names the value's path where it is something else. */
export interface Checks {
  refuse(path: string, reason: string): never;
  object(value: unknown, path: string): Json;
  list(value: unknown, path: string): readonly unknown[];
  string(value: unknown, path: string): string;
  id(value: unknown, path: string): number;
  /** A step, or the steps of a sequence, which lie in one of its members. */
  steps(value: unknown, path: string, members: string): readonly Json[];
}

/**
 * Checks that end in a `bad-file` error.
 *
 * @param file what errors call it
 * @example
 * checksOf("tokenizer.json").string(1, "model.unk_token"); // tokenizer.json: model.unk_token is no text.
 */
export function checksOf(file: string): Checks {
  const checks: Checks = {
    refuse(path, reason) {
      throw new MtfError("bad-file", `${file}: ${path} ${reason}.`, {
        evidence: [["at", path]],
        file,
        offset: 0,
        reason: `${path} ${reason}`,
      });
    },
    object: (value, path) =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? (value as Json)
        : checks.refuse(path, "is no object"),
    list: (value, path) => (Array.isArray(value) ? value : checks.refuse(path, "is no list")),
    string: (value, path) =>
      typeof value === "string" ? value : checks.refuse(path, "is no text"),
    id: (value, path) =>
      Number.isInteger(value) && (value as number) >= 0 && (value as number) < maxIds
        ? (value as number)
        : checks.refuse(path, `is no whole number below ${maxIds}`),
    steps(value, path, members) {
      if (value === null || value === undefined) return [];
      const step = checks.object(value, path);
      if (step.type !== "Sequence") return [step];
      return checks
        .list(step[members], `${path}.${members}`)
        .map((one, i) => checks.object(one, `${path}.${members}[${i}]`));
    },
  };
  return checks;
}
