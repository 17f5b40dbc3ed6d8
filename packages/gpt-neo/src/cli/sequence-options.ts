import type { SequenceBias } from "../generate/processors/sequence-bias.ts";
import { type Option, readIds } from "./option.ts";

/** Sequences of ids, each `1,2,3`. */
export function sequences(shown: string, help: string): Option<readonly (readonly number[])[]> {
  return {
    kind: "values",
    shown,
    help,
    read(written) {
      const read = readIds(written);
      return "expected" in read ? read : { value: [read.value] };
    },
  };
}

/** Sequences of ids with a number each: `1,2=-0.5`. */
export function biases(shown: string, help: string): Option<readonly SequenceBias[]> {
  return {
    kind: "values",
    shown,
    help,
    read(written) {
      const [, before = "", after = ""] = /^(.*)=(.*)$/.exec(written) ?? [];
      const read = readIds(before);
      const bias = after.trim() === "" ? Number.NaN : Number(after);
      if ("expected" in read || !Number.isFinite(bias)) return { expected: "ids, = and a number" };
      return { value: [[read.value, bias]] };
    },
  };
}

/** A number of ids and a factor: `20,1.05`. */
export function decay(
  shown: string,
  help: string,
): Option<readonly [start: number, factor: number]> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const [, start, factor] = /^(\d+),(\d*\.?\d+)$/.exec(written.trim()) ?? [];
      if (start === undefined || Number(factor) === 0) {
        return { expected: "a number of ids and a factor above 0: 20,1.05" };
      }
      return { value: [Number(start), Number(factor)] };
    },
  };
}
