import { MtfError } from "../errors.ts";
import { type Foreign, foreignTo } from "../graph/foreign.ts";
import type { NodeOf } from "../graph/node.ts";
import { causeOf, printType } from "../graph/show.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import { captureLine } from "../sourceLine.ts";

/**
 * What a traced function gives must be computed from what it is given, and from tensors that hold
 * numbers of their own, such as constants.
 *
 * @param since the order from which on nodes belong to the function, where it is part of another
 * @throws MtfError `foreign-tensor`
 */
export function requireOwn(
  fn: string,
  inputs: readonly AnyTensor[],
  outputs: readonly AnyTensor[],
  since?: number,
): void {
  const found = foreignTo(inputs, outputs, since);
  if (found) throw foreign(fn, found);
}

function foreign(fn: string, { tensor, user }: Foreign): MtfError {
  const { line, attributes } = tensor["~node"] as NodeOf<"input">;
  const { path } = attributes;
  const [what, advice] = stories[path === "" ? "placeholder" : sliced(path) ? "slice" : "argument"];
  return new MtfError("foreign-tensor", `${fn}: the function uses ${what}.`, {
    function: fn,
    argument: "fn",
    evidence: [
      ["tensor", `${printType(tensor)} made at ${line}`],
      user ? ["used by", `${causeOf(user)} ${user.line}`] : ["used", "as a result"],
      ["at", captureLine()],
    ],
    try: [advice],
  });
}

const stories = {
  placeholder: [
    "a placeholder that is none of its inputs",
    "give it with the other inputs, and let the function take it as an argument",
  ],
  slice: [
    "a tensor of a loop's function outside of it",
    "return it from that function: mapOver gives it for every index",
  ],
  argument: [
    "an argument of another function",
    "give that function's result with the inputs, and take it as an argument",
  ],
} as const;

const sliced = (path: string): boolean => path.startsWith("slice/");
