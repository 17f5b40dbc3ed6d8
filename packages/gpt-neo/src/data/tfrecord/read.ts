import { badData } from "../bad-data.ts";
import { bytesOf } from "../bytes/index.ts";
import type { BytesOptions } from "../bytes/options.ts";
import type { DocumentPart } from "../document.ts";
import { type Features, readExample } from "./example.ts";
import { readRecords } from "./records.ts";
import { BadMessage } from "./varint.ts";

/** The names that the old scripts and others give to ids, in the order they are looked for. */
const known = ["text", "input_ids", "inputs"];

/**
 * Reads GPT-Neo's TFRecords by the ids of their feature `text`. Alone, a record is a piece of a
 * stream that has its ends of text in it; beside a `hash`, as the older script wrote it, a document.
 *
 * @throws MtfError `bad-file` naming the byte where a checksum or a record is wrong
 */
export async function* readTfRecords(
  file: string,
  options: BytesOptions = {},
): AsyncGenerator<DocumentPart> {
  for await (const { data, offset } of readRecords(file, bytesOf(file, options))) {
    const from = { file, offset };
    try {
      const { integers, others } = readExample(data);
      const ids = idsOf(integers);
      const isDocument = others.has("hash");
      yield { kind: "ids", ids, end: true, from, ...(!isDocument && { joined: true }) };
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      throw badData(from, `the record is no tf.train.Example with ids: ${error.message}`);
    }
  }
}

function idsOf(features: Features): Int32Array<ArrayBuffer> {
  const name =
    known.find((one) => features.has(one)) ??
    (features.size === 1 ? [...features.keys()][0]! : undefined);
  const values = name === undefined ? undefined : features.get(name);
  if (!values) {
    const names = [...features.keys()].slice(0, 5).join(", ") || "none";
    throw new BadMessage(`it has no feature text; its lists of integers: ${names}`);
  }
  const wrong = values.find((id) => id >= 2 ** 31);
  if (wrong !== undefined)
    throw new BadMessage(`${wrong >= 2 ** 53 ? "a negative or huge number" : wrong} is no id`);
  return Int32Array.from(values);
}
