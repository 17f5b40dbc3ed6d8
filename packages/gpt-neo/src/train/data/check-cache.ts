import { stat } from "node:fs/promises";
import { MtfError } from "mtf";

/**
 * Checks that what is called a cache can be one, whether these data need it or not.
 *
 * @throws MtfError `bad-file` for what is no folder
 */
export async function checkCache(cache: string | undefined): Promise<void> {
  if (cache === undefined) return;
  const is = await stat(cache).catch(() => undefined);
  if (is === undefined || is.isDirectory()) return;
  throw new MtfError("bad-file", `${cache} is a file, not a folder to keep tokens in.`, {
    try: ["`cache` with a folder, which is made where there is none"],
    file: cache,
  });
}
