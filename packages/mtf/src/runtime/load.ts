import { booleanArgument, optionsArgument } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import { isTensor } from "../graph/tensor.ts";
import { defineMesh, type Mesh, printMesh } from "../mesh.ts";
import { type Lowered, loweredArgument } from "../program/lowered.ts";
import type { Program } from "../program/program.ts";
import { withLeaves } from "../tree.ts";
import { called } from "./called.ts";
import { checkCapacity } from "./capacity.ts";
import type { LoadOptions, Run } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import { givenTo } from "./given.ts";
import { putArgument } from "./put-argument.ts";
import { type Loaded, runOnce } from "./run.ts";
import { takesOf } from "./takes.ts";

/** Loads a program on all devices and gives the function that runs it. */
export async function loadProgram<Arguments extends readonly unknown[], Result>(
  fleet: Fleet,
  lowered: Lowered<Arguments, Result>,
  options: LoadOptions,
): Promise<Run<Arguments, Result>> {
  loweredArgument("load", "lowered", lowered);
  optionsArgument("load", "options", options, ["force"]);
  const force = booleanArgument("load", "options.force", options.force ?? false);
  const code = lowered.program;
  checkMesh(code, fleet.mesh);
  if (!force) checkCapacity(code, fleet.mesh, fleet.capacity);
  const loaded: Loaded = { fleet, id: fleet.newId(), code, unloaded: false };
  const unload = async (): Promise<void> => {
    loaded.unloaded = true;
    await fleet.ask<"unload">(() => ({ kind: "unload", program: loaded.id }));
  };
  try {
    const request = { kind: "load", program: loaded.id, code } as const;
    await fleet.inOrder(() => fleet.ask<"load">(() => request));
  } catch (error) {
    if (!fleet.failure) await unload();
    throw error;
  }
  const takes = takesOf(code, lowered.arguments);
  const run = (...inputs: readonly unknown[]): Promise<unknown> =>
    called(async () => {
      const given = givenTo(fleet, takes, inputs);
      return withLeaves(lowered.result, isTensor, await runOnce(loaded, given));
    });
  const put = (argument: number, data: unknown) =>
    called(() => putArgument(fleet, lowered, argument, data));
  const rounds = () =>
    called(async () => {
      if (loaded.unloaded) throw new MtfError("bad-argument", "the program was unloaded.");
      const [counts] = await fleet.ask<"rounds">(() => ({ kind: "rounds", program: loaded.id }));
      return counts;
    });
  return Object.assign(run, { put, rounds, unload }) as unknown as Run<Arguments, Result>;
}

/** @throws MtfError `bad-mesh` if the program was lowered for another mesh */
export function checkMesh(program: Program, mesh: Mesh): void {
  const wanted = printMesh(defineMesh(program.mesh));
  if (wanted === printMesh(mesh)) return;
  throw new MtfError("bad-mesh", "the program was lowered for another mesh.", {
    evidence: [
      ["program", wanted || "one device"],
      ["devices", printMesh(mesh) || "one device"],
    ],
  });
}
