import { MtfError } from "mtf";

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
 * A number of bytes, as people write it.
 *
 * @throws MtfError `bad-argument` if it is none
 * @example
 * parseSize("5GB"); // 5e9, as Hugging Face counts
 */
export function parseSize(text: string): number {
  const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const scale = units[unit?.toUpperCase() ?? "?"];
  const size = scale === undefined ? Number.NaN : Math.floor(Number(digits) * scale);
  if (Number.isSafeInteger(size) && size > 0) return size;
  throw new MtfError("bad-argument", `'${text}' is no size of a file.`, {
    try: ["500MB", "5GB"],
  });
}

/**
 * A number of bytes for people to read.
 *
 * @example
 * printSize(526_000_000); // "526.0 MB"
 */
export function printSize(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  const unit = bytes < 1e6 ? "KB" : bytes < 1e9 ? "MB" : "GB";
  return `${(bytes / units[unit]!).toFixed(1)} ${unit}`;
}
