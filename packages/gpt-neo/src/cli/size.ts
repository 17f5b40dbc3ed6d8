import type { Option } from "./option.ts";

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/**
 * A number of bytes, as people write it; undefined if it is none.
 *
 * @example
 * parseSize("5GB"); // 5e9, as Hugging Face counts
 */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const scale = units[unit?.toUpperCase() ?? "?"];
  const size = scale === undefined ? Number.NaN : Math.floor(Number(digits) * scale);
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}

/** An option that takes a number of bytes, at most `most`. */
export function size(
  shown: string,
  help: string,
  most: number = Number.MAX_SAFE_INTEGER,
): Option<number> {
  return {
    kind: "value",
    shown,
    help,
    read(written) {
      const value = parseSize(written);
      if (value === undefined) return { expected: "a size such as 5GB or 500MB" };
      return value <= most ? { value } : { expected: `a size up to ${most / 2 ** 30}GiB` };
    },
  };
}
