export { type Example, exampleOf, type Features, readExample } from "./example.ts";
export { readTfRecords } from "./read.ts";
export { readRecords, recordOf, type TfRecord } from "./records.ts";
