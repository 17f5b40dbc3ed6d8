export { type AddedToken, readTokenizerFile, type TokenizerFile } from "./file.ts";
export { type Cutter, cutterFor, streamEncoder } from "./stream.ts";
export { type EncodeOptions, type JsonTokenizer, jsonTokenizer } from "./tokenizer.ts";
