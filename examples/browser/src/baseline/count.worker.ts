// biome-ignore lint/correctness/useImportExtensions: it is JavaScript, with declarations beside it
import { countingLoss } from "../../../counting-model.mjs";

/** How much of a text is held back to validate with, as the library does. */
const held = 0.05;

// Counts what follows two bytes in a text, apart from the page, which goes on meanwhile.
globalThis.onmessage = ({ data: text }: MessageEvent<string>) => {
  const bytes = new TextEncoder().encode(text);
  postMessage(countingLoss(bytes, Math.ceil((bytes.length + 1) * held), 2));
};
