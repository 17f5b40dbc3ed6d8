/**
 * Prints what a command found. With `json` it is one object on one line; else its `text` if it
 * has one, or a line for each number, word and list of numbers. A command that finds nothing prints nothing.
 */
export function printResult(result: unknown, json: boolean, out: (text: string) => void): void {
  if (result === undefined) return;
  if (json) return out(`${JSON.stringify(result)}\n`);
  if (result === null || typeof result !== "object") return out(`${String(result)}\n`);
  if ("text" in result && typeof result.text === "string") return out(`${result.text}\n`);
  const rows = Object.entries(result).filter(([, value]) => isShown(value));
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  for (const [key, value] of rows) out(`${key.padEnd(width)}  ${value}\n`);
}

/** Ids are given as options take them, with commas between; a list of nothing is nothing to show. */
function isShown(value: unknown): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item) => typeof item === "number");
  return ["number", "string", "boolean"].includes(typeof value);
}
