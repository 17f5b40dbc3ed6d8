export { type Cutter, cutterFor } from "./cutter.ts";
export { type AddedToken, readTokenizerFile, type TokenizerFile } from "./file.ts";
export { type EncodeOptions, streamEncoder } from "./stream.ts";
export { type JsonTokenizer, jsonTokenizer } from "./tokenizer.ts";
