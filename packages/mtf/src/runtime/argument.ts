import { tell } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import type { Lowered } from "../program/lowered.ts";
import type { Input, Value } from "../program/program.ts";
import { givenLeaves, partOf, tensorsIn } from "./givenLeaves.ts";

/** A tensor of an argument: what a program wants there, and what is given. */
export interface ArgumentLeaf {
  readonly path: string;
  readonly tensor: AnyTensor;
  readonly value: Value;
  readonly given: unknown;
}

/**
 * The tensors of one argument of a program, with what stands in the same places in a given tree.
 *
 * @throws MtfError `bad-argument` if there is no such argument; `wrong-input` if something is missing
 */
export function argumentLeaves(
  { program, arguments: all }: Lowered<readonly unknown[], unknown>,
  argument: number,
  tree: unknown,
): readonly ArgumentLeaf[] {
  if (!Number.isInteger(argument) || !(argument in all)) {
    throw new MtfError("bad-argument", `the program has no argument ${tell(argument)}.`, {
      evidence: [["arguments", `${all.length}, from 0 on`]],
    });
  }
  const inputs = program.inputs.filter((input) => argumentOf(input) === argument);
  const part = partOf(all[argument], `${argument}`);
  const given = givenLeaves(part, tree);
  return tensorsIn(part).map(({ path, tensor }, i) => {
    return { path, tensor, value: program.values[inputs[i]!.value]!, given: given[i] };
  });
}

function argumentOf({ path }: Input): number {
  return Number(path.split("/")[0]);
}
