import { openBytes } from "mtf/files";
import { unreadable } from "./unreadable.ts";

/**
 * Refuses what downloads leave in the place of weights, a pointer of Git LFS or a page of HTML, and text:
 * data, say, or a config in YAML.
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
    if (isText(text)) {
      throw unreadable(file, 0, "it is text, not weights", "the folder of a model, or its weights");
    }
  } finally {
    await bytes.close();
  }
}

/** Weights begin with lengths and codes, which no text has; an index of them is JSON. */
function isText(start: string): boolean {
  return /^[^{][\t\n\r\x20-\x7e\x80-\xff]{15,}$/.test(start);
}
