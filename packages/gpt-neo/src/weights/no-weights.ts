import { openBytes } from "mtf/files";
import { unreadable } from "./unreadable.ts";

/**
 * Refuses what downloads leave in the place of weights: a pointer of Git LFS, a page of HTML.
 *
 * @throws MtfError `bad-file` that says which, and how to come by the weights
 */
export async function checkWeights(file: string): Promise<void> {
  const bytes = await openBytes(file);
  try {
    const start = new Uint8Array(Math.min(256, bytes.size));
    await bytes.read(0, start);
    const text = new TextDecoder("latin1").decode(start);
    if (text.startsWith("version https://git-lfs.github.com/spec/")) {
      const reason = "it is a pointer of Git LFS, which stands for a file that is not downloaded";
      throw unreadable(file, 0, reason, "git lfs pull, in the repository that it is from");
    }
    if (/^\s*<(!doctype html|html|head|\?xml)/i.test(text.replace(/^\xef\xbb\xbf/, ""))) {
      const reason = "it is a web page, not weights";
      throw unreadable(
        file,
        0,
        reason,
        "another download: at Hugging Face, addresses of files have /resolve/ where pages have /blob/",
      );
    }
  } finally {
    await bytes.close();
  }
}
