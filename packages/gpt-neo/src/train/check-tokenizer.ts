import { MtfError } from "mtf";
import { makeTokenizer, sourceOfFolder, type Tokenizer } from "../tokenizer/index.ts";

/**
 * Checks, before any data are read, that the ids of a run's tokenizer are the text that they were when its
 * weights have learned them.
 *
 * @param tokenizer what the run would go on with
 * @throws MtfError `bad-argument` with an id that is another text
 */
export async function checkTokenizer(out: string, tokenizer: Tokenizer | undefined): Promise<void> {
  const before = tokenizer && (await tokenizerIn(out));
  if (!before) return;
  const most = Math.min(before.vocabSize, tokenizer.vocabSize);
  for (let id = 0; id < most; id++) {
    const [then, now] = [before.decode([id]), tokenizer.decode([id])];
    if (then === now) continue;
    throw new MtfError(
      "bad-argument",
      "the tokenizer is not the one whose ids the run has learned.",
      {
        evidence: [
          ["run", out],
          [`id ${id}`, `${JSON.stringify(then)} -> ${JSON.stringify(now)}`],
        ],
        try: [
          "what the run was begun with, which it remembers: `resume: true` alone",
          "`out` with another folder, to train another model",
        ],
        id,
      },
    );
  }
}

/** The tokenizer in a run's folder; none where a file is damaged, as the next checkpoint writes all anew. */
async function tokenizerIn(out: string): Promise<Tokenizer | undefined> {
  try {
    const source = await sourceOfFolder(out);
    return source && makeTokenizer(source);
  } catch (error) {
    if (error instanceof MtfError && error.code === "bad-file") return undefined;
    throw error;
  }
}
