import { internal } from "../errors.ts";
import type { Kind, Op } from "../graph/kinds.ts";

/** The kinds of op that compute: the others are gone when a program reaches a backend. */
export type LocalKind = Exclude<Kind, "input" | "withLayout" | "region">;

/** An op that computes. */
export type LocalOp = Extract<Op, { kind: LocalKind }>;

/** What a backend is asked to bind, which must be an op that computes. */
export function localOp(op: Op): LocalOp {
  if (op.kind === "input" || op.kind === "withLayout" || op.kind === "region") {
    throw internal(`a backend was given '${op.kind}'`);
  }
  return op;
}
