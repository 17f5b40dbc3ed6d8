export { bytesTokenizer } from "./bytes.ts";
export { loadTokenizer, saveTokenizer, tokenizerNamed } from "./files.ts";
export { gpt2Tokenizer } from "./gpt2.ts";
export { lastBorder } from "./split.ts";
export { endOfTextToken, type StreamDecoder, type Tokenizer } from "./tokenizer.ts";
