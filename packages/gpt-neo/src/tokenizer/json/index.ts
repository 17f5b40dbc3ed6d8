export { type AddedToken, readTokenizerFile, type TokenizerFile } from "./file.ts";
export { type EncodeOptions, type JsonTokenizer, jsonTokenizer } from "./tokenizer.ts";
