import { formatOf } from "../data/format.ts";
import { sourcesOf, type WrittenData } from "../data/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import { areDocuments } from "./data/given.ts";
import type { GoingOn } from "./going-on.ts";

/**
 * What is to be said where a run that goes on reads data in a format that was said of others:
 * `inputFormat` is of all files at once, but data may be named when it is remembered, or remembered when it
 * is given.
 *
 * @example
 * formatNotes({ resume: true, data: ["b.jsonl"], inputFormat: "txt", remembered });
 * // b.jsonl is read as txt, as the run was begun: `inputFormat: "jsonl"` reads it as it is called
 */
export function formatNotes(options: GoingOn): readonly string[] {
  const { data, validationData, inputFormat: now, remembered } = options;
  if (!remembered || now === undefined) return [];
  const { options: then, config } = remembered.begun;
  const named = [...filesOf(data), ...filesOf(validationData)];
  if (now === (then as GoingOn).inputFormat) {
    return named.flatMap((path) => {
      const told = formatOf(path);
      if (told === undefined || told === now) return [];
      const other = `${optionsInWords({ inputFormat: told })} reads it as it is called`;
      return [`${path} is read as ${now}, as the run was begun: ${other}`];
    });
  }
  const training = config?.training as { data?: unknown; validation_data?: unknown } | undefined;
  const before = [
    ...(data === undefined ? filesOf(training?.data) : []),
    ...(validationData === undefined ? filesOf(training?.validation_data) : []),
  ];
  if (named.length === 0) return [];
  return before.map((path) => `${path} is read as ${now} as well, which it was not before`);
}

function filesOf(data: unknown): readonly string[] {
  if (data === undefined || data === null || areDocuments(data)) return [];
  return sourcesOf(data as WrittenData).flatMap(({ files }) => files);
}
