/**
 * Prints what a command found. With `json` it is one object on one line; else its `text` if it
 * has one, or a line for each number and word. A command that finds nothing prints nothing.
 */
export function printResult(result: unknown, json: boolean, out: (text: string) => void): void {
  if (result === undefined) return;
  if (json) return out(`${JSON.stringify(result)}\n`);
  if (result === null || typeof result !== "object") return out(`${String(result)}\n`);
  if ("text" in result && typeof result.text === "string") return out(`${result.text}\n`);
  const rows = Object.entries(result).filter(([, value]) =>
    ["number", "string", "boolean"].includes(typeof value),
  );
  const width = Math.max(0, ...rows.map(([key]) => key.length));
  for (const [key, value] of rows) out(`${key.padEnd(width)}  ${value}\n`);
}
