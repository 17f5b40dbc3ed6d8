export { bytesTokenizer } from "./bytes.ts";
export { readTokenizerText } from "./folder/files.ts";
export { sourceOfFolder } from "./folder/source.ts";
export { gpt2Tokenizer } from "./gpt2.ts";
export {
  cutterFor,
  type EncodeOptions,
  type JsonTokenizer,
  jsonTokenizer,
  putAround,
} from "./json/index.ts";
export { makeTokenizer, nameOfSource, type TokenizerSource, tokenizerNamed } from "./make.ts";
export { loadTokenizer, modelTokenizerSource, tokenizerSource } from "./open.ts";
export type { Roles } from "./roles.ts";
export { filesOfTokenizer, saveTokenizer } from "./save.ts";
export { withSpecial } from "./special.ts";
export { lastBorder } from "./split.ts";
export {
  endOfTextToken,
  type StreamDecoder,
  type StreamEncoder,
  type Tokenizer,
} from "./tokenizer.ts";
export { countWords, type TrainOptions, trainTokenizer, type WordCounts } from "./train.ts";
