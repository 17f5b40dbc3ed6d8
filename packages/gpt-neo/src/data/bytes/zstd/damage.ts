/** What is wrong with a zstd frame; the reader of the file adds where. */
export class Damage extends Error {}
