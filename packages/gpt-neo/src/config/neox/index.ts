export { isNeoxConfig, type NeoxConfig, parseNeox } from "./neox.ts";
export { type Entry, readNeox } from "./read.ts";
export { tokenizerFileOf } from "./tokenizer.ts";
