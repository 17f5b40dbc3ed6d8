import { generateText, loadModel } from "gpt-neo";
import type { FromEngine, ToSay } from "./messages.ts";

/** Has the model of a folder go on with a text, and tells what it says as it comes. */
export async function say(
  { folder, prompt, temperature, length, seed }: ToSay,
  signal: AbortSignal,
  tell: (message: FromEngine) => void,
): Promise<void> {
  const model = await loadModel(folder, { mesh: "data:1" });
  try {
    const settings = { temperature, topK: 40, maxNewTokens: length, seed, signal };
    const since = performance.now();
    let count = 0;
    try {
      for await (const text of generateText(model, prompt, settings)) {
        count += model.tokenizer!.encode(text).length;
        tell({ kind: "piece", text });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    tell({ kind: "said", tokensPerSecond: (1000 * count) / (performance.now() - since) });
  } finally {
    await model.close();
  }
}
