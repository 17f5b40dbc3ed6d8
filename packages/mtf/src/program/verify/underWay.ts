import type { Instruction, Start } from "../program.ts";
import { readsOf, writesOf } from "../program.ts";
import { hasCollectives } from "../together.ts";

/**
 * What is wrong with an instruction while a collective is under way: another one is done meanwhile, its
 * results are read, or what is waited for is not what was begun.
 *
 * @param begun the collective's start; undefined where none is under way
 */
export function underWayFault(
  begun: Start | undefined,
  instruction: Instruction,
): string | undefined {
  if (!begun) return instruction.kind === "wait" ? "nothing is under way" : undefined;
  const { collective } = begun;
  if (instruction.kind === "wait") {
    const same =
      instruction.operands.join() === readsOf(collective).join() &&
      instruction.results.join() === writesOf(collective).join();
    return same ? undefined : `%${writesOf(collective).join(", %")} is under way`;
  }
  const early = readsOf(instruction).find((value) => writesOf(collective).includes(value));
  if (early !== undefined) return `%${early} is read before it is waited for`;
  if (hasCollectives(instruction)) return "another collective is under way";
  return undefined;
}
