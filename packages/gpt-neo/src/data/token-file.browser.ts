import { MtfError } from "mtf";
import type * as ofNode from "./token-file.ts";

export type { Kept, TokenFile, Width } from "./token-file.ts";

/** A page's disk answers too late for what reads ids at random: they stay in memory. */
export const usuallyInMemory: number = Number.POSITIVE_INFINITY;

/** @throws MtfError `out-of-memory` */
export const tokenFile: typeof ofNode.tokenFile = () => {
  throw new MtfError("out-of-memory", "a page keeps ids in memory, and in no temporary file.", {
    try: ["no limit for what is kept in memory", "less data, or the same in Node"],
  });
};
