import type { DocumentPart } from "../../data/document.ts";
import { readDocuments } from "../../data/read.ts";
import type { CatOptions } from "../cat-options.ts";
import { progressLine } from "../progress.ts";
import { writeOut } from "../write-out.ts";

/** A document up to this many characters waits until it is whole: what breaks off is not written. */
const longestHeld = 8 << 20;

/**
 * `gpt-neo cat`: writes data's documents, a JSON line each, with `text` or `input_ids`. A document of
 * more than 8 million characters is written as it is read, so its size does not matter.
 *
 * @throws MtfError `bad-file` for bad data, after the documents before it
 */
export async function run({ data, json: _, ...reading }: CatOptions): Promise<void> {
  let held = "";
  let begun = false;
  for await (const part of readDocuments(data, {
    ...reading,
    onLeftOut: progressLine().note,
  })) {
    held += jsonOf(part, begun);
    begun = !part.end;
    if (begun && held.length <= longestHeld) continue;
    await writeOut(held);
    held = "";
  }
}

/** A part's share of its document's line. A text is one JSON string: parts are without its quotes. */
function jsonOf(part: DocumentPart, begun: boolean): string {
  const piece = part.kind === "text" ? JSON.stringify(part.text).slice(1, -1) : part.ids.join(",");
  const comma = begun && part.kind === "ids" && piece !== "" ? "," : "";
  const open = begun ? comma : part.kind === "text" ? '{"text":"' : '{"input_ids":[';
  if (!part.end) return open + piece;
  const meta =
    part.subset === undefined ? "" : `,"meta":${JSON.stringify({ pile_set_name: part.subset })}`;
  return `${open}${piece}${part.kind === "text" ? '"' : "]"}${meta}}\n`;
}
