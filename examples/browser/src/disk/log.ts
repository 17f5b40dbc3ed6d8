import type { StepEntry } from "gpt-neo";
import { readText } from "./folders.ts";

/** The steps that a run has taken so far, as its log has them. */
export async function stepsOf(folder: string): Promise<readonly StepEntry[]> {
  const text = (await readText(folder, "log.jsonl")) ?? "";
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as StepEntry);
}
