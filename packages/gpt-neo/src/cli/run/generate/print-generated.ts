import type { Generated, GeneratedText } from "./generated.ts";

/** Texts for people: one as it is, several below each other, and below each its log-probabilities. */
export function printGenerated({ sequences, ...one }: Generated): string {
  if (!sequences) return printText(one);
  return sequences
    .map((text, i) => {
      const score = text.score === undefined ? "" : `, score ${text.score.toFixed(4)}`;
      return `-- ${i + 1} of ${sequences.length}${score}\n${printText(text)}`;
    })
    .join("\n");
}

function printText({ text, ids, logprobs = [] }: GeneratedText): string {
  const lines = logprobs.map(({ likeliest, ...chosen }) => {
    return [chosen, ...likeliest].map(printProbable).join("   ");
  });
  return [text ?? ids.join(","), ...lines].join("\n");
}

function printProbable({ id, token, logprob }: { id: number; token?: string; logprob: number }) {
  return `${logprob.toFixed(4)} ${token === undefined ? id : JSON.stringify(token)}`;
}
