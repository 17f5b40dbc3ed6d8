import { MtfError } from "mtf";
import type { BytesOptions } from "./bytes/options.ts";
import { readJson } from "./json.ts";
import type { JsonOptions } from "./json-document.ts";

/**
 * Whether a JSON file begins with a document. Configs, tokenizers and much else are JSON as well and
 * lie beside data.
 */
export async function holdsDocuments(
  file: string,
  options: JsonOptions & BytesOptions,
): Promise<boolean> {
  try {
    for await (const _ of readJson(file, options)) return true;
    return false;
  } catch (error) {
    if (error instanceof MtfError) return false;
    throw error;
  }
}
