import { elements } from "../../dimension.ts";
import type { Law } from "./law.ts";
import { anything, float32, int32, integers } from "./types.ts";

// Ops that make values from nothing but attributes and keys.

const key = [{ name: "~key", size: 2 }];

export const input: Law<"input"> = {
  takes: [],
  gives: (_, __, results) => results.slice(0, 1),
};

export const fill: Law<"fill"> = {
  takes: [],
  gives: (_, __, results) => results.slice(0, 1),
};

export const literal: Law<"literal"> = {
  takes: [],
  gives: ({ data }, _, [result]) =>
    data.length === elements(result!.dims) ? [result!] : `it holds ${data.length} numbers`,
};

export const iota: Law<"iota"> = {
  takes: [],
  gives: (_, __, [result]) => [int32(result!.dims.slice(0, 1))],
};

export const random: Law<"random"> = {
  takes: [integers],
  gives: ({ distribution }, _, [result]) => [
    distribution === "bits" ? int32(result!.dims) : float32(result!.dims),
  ],
};

export const fold: Law<"fold"> = {
  takes: [integers, integers],
  gives: (_, [, data]) => (data!.dims.length > 0 ? "the number has dims" : [int32(key)]),
};

export const withLayout: Law<"withLayout"> = {
  takes: [anything],
  gives: (_, [x]) => [x!],
};
