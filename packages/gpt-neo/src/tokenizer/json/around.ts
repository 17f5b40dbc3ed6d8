import { brief } from "../../json.ts";
import type { Checks, Json } from "./checks.ts";

/** The ids that every text begins and ends with. */
export interface Around {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export const nothingAround: Around = { before: [], after: [] };

/** The ids of a part of a text with what belongs before the first part and behind the last one. */
export function putAround(
  ids: Int32Array<ArrayBuffer>,
  { before, after }: Around,
  { first, last }: { readonly first: boolean; readonly last: boolean },
): Int32Array<ArrayBuffer> {
  const [left, right] = [first ? before : [], last ? after : []];
  if (left.length + right.length === 0) return ids;
  const all = new Int32Array(left.length + ids.length + right.length);
  all.set(left);
  all.set(ids, left.length);
  all.set(right, left.length + ids.length);
  return all;
}

/**
 * What the `post_processor` of a `tokenizer.json` puts around the ids of one text. Its steps are
 * applied in turn: a later one goes around what an earlier one has made.
 */
export function readAround(value: unknown, checks: Checks): Around {
  const steps = checks.steps(value, "post_processor", "processors");
  return steps.reduce<Around>((inner, step) => {
    const outer = aroundOf(step, checks);
    return {
      before: [...outer.before, ...inner.before],
      after: [...inner.after, ...outer.after],
    };
  }, nothingAround);
}

function aroundOf(step: Json, checks: Checks): Around {
  switch (step.type) {
    // It moves the places of tokens in the text, never their ids.
    case "ByteLevel":
      return nothingAround;
    case "RobertaProcessing":
    case "BertProcessing":
      return { before: [markOf(step, "cls", checks)], after: [markOf(step, "sep", checks)] };
    case "TemplateProcessing":
      return templateOf(step, checks);
    default:
      return checks.refuse("post_processor", `${brief(step)} is not supported`);
  }
}

/** `"cls": ["<s>", 0]` */
function markOf(step: Json, key: string, checks: Checks): number {
  const path = `post_processor.${key}`;
  return checks.id(checks.list(step[key], path)[1], path);
}

/** `"single"`, which is for one text: special tokens around the sequence A. */
function templateOf(step: Json, checks: Checks): Around {
  const path = "post_processor.single";
  const pieces = checks.list(step.single, path).map((piece, i) => {
    const { SpecialToken, Sequence } = checks.object(piece, `${path}[${i}]`);
    if (Sequence !== undefined) return "text";
    const token = checks.object(SpecialToken, `${path}[${i}].SpecialToken`);
    const name = checks.string(token.id, `${path}[${i}].SpecialToken.id`);
    const tokens = checks.object(step.special_tokens, "post_processor.special_tokens");
    const at = `post_processor.special_tokens[${brief(name)}]`;
    const { ids } = checks.object(Object.hasOwn(tokens, name) ? tokens[name] : undefined, at);
    return checks.list(ids, `${at}.ids`).map((id) => checks.id(id, `${at}.ids`));
  });
  const text = pieces.indexOf("text");
  if (text < 0 || pieces.lastIndexOf("text") !== text) checks.refuse(path, "has not one sequence");
  const idsOf = (some: typeof pieces) => some.flatMap((ids) => (ids === "text" ? [] : ids));
  return { before: idsOf(pieces.slice(0, text)), after: idsOf(pieces.slice(text + 1)) };
}
