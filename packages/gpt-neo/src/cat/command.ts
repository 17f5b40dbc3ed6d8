import type { CatOptions } from "../cli/cat-options.ts";
import { writeOut } from "../cli/write-out.ts";
import { readDocuments } from "../data/read.ts";

/**
 * `gpt-neo cat`: writes data's documents, a JSON line each, with `text` or `input_ids`. Documents are
 * written as they are read, so their size does not matter.
 *
 * @throws MtfError `bad-file` for bad data, after the documents before it
 */
export async function run({ data, inputFormat, textKey }: CatOptions): Promise<void> {
  let begun = false;
  for await (const part of readDocuments(data, { inputFormat, textKey })) {
    // A document's text is one JSON string, whose parts are written without their quotes.
    const piece =
      part.kind === "text" ? JSON.stringify(part.text).slice(1, -1) : part.ids.join(",");
    const comma = begun && part.kind === "ids" && piece !== "" ? "," : "";
    const open = begun ? comma : part.kind === "text" ? '{"text":"' : '{"input_ids":[';
    begun = !part.end;
    const meta =
      part.subset === undefined ? "" : `,"meta":${JSON.stringify({ pile_set_name: part.subset })}`;
    const close = part.kind === "text" ? '"' : "]";
    await writeOut(`${open}${piece}${begun ? "" : `${close}${meta}}\n`}`);
  }
}
