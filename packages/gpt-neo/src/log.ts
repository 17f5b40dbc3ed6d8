import { readFile } from "node:fs/promises";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";

/** A line of a log: what was measured at a step. */
export type LogRecord = Readonly<Record<string, unknown>> & { readonly step?: number };

/**
 * The records of a log. A last line without an end, and one that is no JSON, is left out; there is
 * no log before the first line.
 *
 * @throws MtfError `bad-file` naming a line before the last that is no record
 */
export async function readLog(path: string): Promise<LogRecord[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw new MtfError("bad-file", `${path} cannot be read: ${error.message}.`, { file: path });
  });
  // What follows the last line feed is an unfinished line, or nothing.
  const lines = text.split("\n").slice(0, -1);
  const records: LogRecord[] = [];
  for (const [i, line] of lines.entries()) {
    const record = parseRecord(line);
    if (record) records.push(record);
    else if (i < lines.length - 1) {
      const reason = `line ${i + 1} is no JSON object`;
      throw new MtfError("bad-file", `${path}: ${reason}.`, {
        try: [`removing line ${i + 1} of it`, "renaming it: a run that goes on begins another log"],
        file: path,
        line: i + 1,
        reason,
      });
    }
  }
  return records;
}

function parseRecord(line: string): LogRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    return isObject ? (value as LogRecord) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Cuts a log back to a step: what was logged after it never happened. As a whole or not at all.
 *
 * @throws MtfError as `readLog`; `bad-file` if it cannot be written
 */
export async function cutLog(path: string, step: number): Promise<void> {
  const records = await readLog(path);
  const kept = records.filter((record) => record.step === undefined || record.step <= step);
  const text = kept.map((record) => `${JSON.stringify(record)}\n`).join("");
  await writeAtomically(path, (file) => file.write(text));
}
