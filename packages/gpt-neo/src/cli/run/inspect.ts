import { type Inspected, inspect } from "../../inspect/inspect.ts";
import type { InspectOptions } from "../inspect-options.ts";
import { printInspected } from "./print-inspected.ts";

/**
 * Tells what a path is, as the command line says: tables, or all of it as one object.
 *
 * @example
 * const found = await run({ path: "model.safetensors", json: true });
 */
export async function run(options: InspectOptions): Promise<Inspected | { readonly text: string }> {
  const { path, json, ...reading } = options;
  const found = await inspect(path, reading);
  return json ? found : { text: printInspected(found) };
}
