import { booleanArgument, optionsArgument } from "../../arguments.ts";
import { type LaterChoices, laterArgument } from "./laterChoices.ts";

/** How tokens choose more than one expert. */
export interface SeveralOptions {
  /** Which choices behind the first are used; all by default. */
  readonly later?: LaterChoices | undefined;
  /** Whether half of how unevenly experts are second choices is added to the balance. */
  readonly balanceSecond?: boolean | undefined;
}

/** @throws MtfError `bad-argument`, `unknown-option` */
export function severalArgument(
  op: string,
  options: SeveralOptions,
): { readonly later: LaterChoices; readonly balanceSecond: boolean } {
  optionsArgument(op, "options", options, ["later", "balanceSecond"]);
  return {
    later: laterArgument(op, options.later ?? "all"),
    balanceSecond: booleanArgument(op, "options.balanceSecond", options.balanceSecond ?? false),
  };
}
