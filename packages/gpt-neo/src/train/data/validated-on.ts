import { sourcesOf, type WrittenData } from "../../data/index.ts";
import { optionsInWords } from "../../options-in-words.ts";
import { printed, type Settings } from "../settings.ts";
import { usualEvalBatches } from "../validation.ts";
import type { Contents } from "./changed-content.ts";

/** What tells with what a run validates. Those who have saved no contents are told apart by their paths. */
export interface Validated {
  readonly settings: Settings;
  readonly contents?: Contents | undefined;
}

/** Settings that decide, beside the data, which predictions a validation looks at. */
const deciding = [
  "batch_size",
  "grad_accumulation",
  "context",
  "cross_document_loss",
  "cross_document_attention",
  "reset_positions",
  "tokenizer",
  "special",
  "input_format",
  "text_key",
] as const;

/** Whether losses of two validations are of the same predictions, so that the lower one is better. */
export function areComparable(one: Validated, other: Validated): boolean {
  const [a, b] = [one.settings, other.settings];
  if (deciding.some((key) => printed(a[key]) !== printed(b[key]))) return false;
  if ((a.eval_batches ?? usualEvalBatches) !== (b.eval_batches ?? usualEvalBatches)) return false;
  if (hasItsOwn(one) !== hasItsOwn(other)) return false;
  if (hasItsOwn(one)) return isSame("validation_data", one, other);
  return a.validation === b.validation && isSame("data", one, other);
}

/** Whether it validates with data of their own, and not with a part that is held back. */
function hasItsOwn({ settings, contents }: Validated): boolean {
  return (settings.validation_data ?? undefined) !== undefined || !!contents?.validation_data;
}

function isSame(name: keyof Contents, one: Validated, other: Validated): boolean {
  const [then, now] = [one.contents?.[name], other.contents?.[name]];
  const [a, b] = [one.settings[name], other.settings[name]];
  if (!then || !now) return printed(a) === printed(b);
  return then.key === now.key && sizesOf(a) === sizesOf(b);
}

/** In how many sources how many paths are. */
function sizesOf(data: unknown): string {
  return data ? `${sourcesOf(data as WrittenData).map(({ files }) => files.length)}` : "";
}

/**
 * What is to be said where a run that goes on holds back another part of its data than before: some of that
 * it has trained on.
 */
export function trainedOnBefore(before: Validated, now: Validated): readonly string[] {
  const [then, share] = [before.settings.validation, now.settings.validation];
  if (hasItsOwn(now) || share === 0 || !isSame("data", before, now)) return [];
  if (!hasItsOwn(before) && then === share) return [];
  const was = hasItsOwn(before) || then === 0 ? "all of it" : "some of it";
  const advice = hasItsOwn(before)
    ? "`validationData` with what it validated with before keeps that"
    : `${optionsInWords({ validationShare: then })} keeps the part of before`;
  return [
    `what is held back to validate with is another part of the data now, and ${was} may have been trained on, which makes validation losses too low: ${advice}`,
  ];
}
