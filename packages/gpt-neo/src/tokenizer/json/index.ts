export { type AddedToken, type NewToken, numbered, readAddedToken } from "./added-token.ts";
export { putAround } from "./around.ts";
export { type Checks, checksOf, type Json } from "./checks.ts";
export { type Cutter, cutterFor } from "./cutter.ts";
export { checkTokenizerFile, readTokenizerFile, type TokenizerFile } from "./file.ts";
export { type EncodeOptions, streamEncoder } from "./stream.ts";
export { type JsonTokenizer, jsonTokenizer } from "./tokenizer.ts";
