export { bytesTokenizer } from "./bytes.ts";
export { loadTokenizer, readTokenizerText, saveTokenizer, tokenizerNamed } from "./files.ts";
export { gpt2Tokenizer } from "./gpt2.ts";
export {
  cutterFor,
  type EncodeOptions,
  type JsonTokenizer,
  jsonTokenizer,
} from "./json/index.ts";
export { makeTokenizer, nameOfSource, type TokenizerSource, tokenizerSource } from "./open.ts";
export { withSpecial } from "./special.ts";
export { lastBorder } from "./split.ts";
export {
  endOfTextToken,
  type StreamDecoder,
  type StreamEncoder,
  type Tokenizer,
} from "./tokenizer.ts";
export { countWords, type TrainOptions, trainTokenizer, type WordCounts } from "./train.ts";
