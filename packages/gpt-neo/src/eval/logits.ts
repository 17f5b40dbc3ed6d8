import { stat } from "node:fs/promises";
import { MtfError } from "mtf";
import { openSafetensors, writeSafetensors } from "mtf/checkpoint";

/** What the file's only tensor is called. */
const name = "logits";

/**
 * Checks that a file of logits replaces no other kind of file.
 *
 * @throws MtfError `bad-argument` if it would
 */
export async function checkLogitsFile(path: string): Promise<void> {
  if (!(await stat(path).catch(() => undefined))) return;
  const found = await openSafetensors(path).catch(() => undefined);
  await found?.close();
  if (found && [...found.tensors.keys()].join() === name) return;
  throw new MtfError("bad-argument", `${path} is there already, and holds no logits.`, {
    try: ["`logits` with another file"],
    file: path,
  });
}

/**
 * Writes logits `[rows, length, vocab]`.
 *
 * @param shape of all of them
 * @param data in pieces
 * @throws MtfError `bad-file` if the disk fails
 */
export async function writeLogits(
  path: string,
  shape: readonly number[],
  data: () => AsyncGenerator<Float32Array>,
): Promise<void> {
  await writeSafetensors(path, [{ name, dtype: "F32", shape, data }]);
}
