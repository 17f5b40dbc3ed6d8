import { type Prompt, promptOf } from "../../generate/text.ts";
import type { Tokenizer } from "../../tokenizer/index.ts";
import type { Prompts } from "../prompt-job.ts";
import { wrongField } from "../request-error.ts";
import type { CompletionBody, WrittenPrompts } from "./body.ts";

/** The new ids of a text at most, where a request does not say, as OpenAI has it. */
const usuallyMost = 16;

/**
 * The prompts of a body.
 *
 * @throws RequestError 400 for fields that exclude each other
 */
export function promptsOf(body: CompletionBody, tokenizer: Tokenizer): Prompts {
  const { n = 1, best_of = n, logprobs, echo = false, max_tokens = usuallyMost } = body;
  if (best_of < n) throw wrongField("best_of", `is ${best_of}, fewer than the ${n} of 'n'`);
  if (best_of > n && body.stream) {
    throw wrongField("best_of", "cannot be streamed: which texts are best is known at the end");
  }
  return {
    body,
    prompts: idsOf(body.prompt ?? "", tokenizer),
    field: "prompt",
    most: { field: "max_tokens", count: max_tokens },
    count: { field: body.best_of === undefined ? "n" : "best_of", count: best_of },
    logprobs: logprobs ?? (best_of > n ? 0 : undefined),
    echo,
  };
}

function idsOf(written: WrittenPrompts, tokenizer: Tokenizer): readonly Prompt[] {
  if (typeof written === "string") return [promptOf(tokenizer, written)];
  const [first] = written;
  if (typeof first === "number") return [asWritten(written as readonly number[])];
  return (written as readonly (string | readonly number[])[]).map((one) =>
    typeof one === "string" ? promptOf(tokenizer, one) : asWritten(one),
  );
}

/** Ids that somebody has written are all of a text. */
function asWritten(ids: readonly number[]): Prompt {
  return { ids, hidden: 0 };
}
