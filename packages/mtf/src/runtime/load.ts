import { MtfError } from "../errors.ts";
import { isTensor } from "../graph/tensor.ts";
import { defineMesh, type Mesh, printMesh } from "../mesh.ts";
import { type Lowered, loweredArgument } from "../spmd/lowered.ts";
import type { Program } from "../spmd/program.ts";
import { withLeaves } from "../tree.ts";
import { communicatingAxes } from "./collectives/staging.ts";
import type { Run } from "./devices.ts";
import { type FedInputs, feedAll } from "./feed.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId } from "./protocol.ts";
import { type ArrayState, makeSharded, newArrayId, stateOf } from "./sharded.ts";

let nextProgram = 0;

/**
 * Loads a program on all devices and gives the function that runs it.
 *
 * @param known the sets of axes whose staging memory the devices have; grows
 */
export async function loadProgram<Arguments extends readonly unknown[], Result>(
  fleet: Fleet,
  lowered: Lowered<Arguments, Result>,
  known: Set<string>,
): Promise<Run<Arguments, Result>> {
  loweredArgument("load", "lowered", lowered);
  const code = lowered.program;
  checkMesh(code, fleet.mesh);
  const program = nextProgram++;
  const unload = async (): Promise<void> => {
    await fleet.ask<"unload">(() => () => ({ kind: "unload", program }));
  };
  try {
    await fleet.ask<"load">(() => {
      const found = [...communicatingAxes(fleet.mesh, code.instructions)];
      const fresh = found.filter(([key]) => !known.has(key));
      const groups = fresh.map(([, axes]) => fleet.groupMemory(axes));
      for (const [key] of fresh) known.add(key);
      return () => ({ kind: "load", program, code, groups });
    });
  } catch (error) {
    if (!fleet.failure) await unload();
    throw error;
  }

  let before: Promise<unknown> = Promise.resolve();
  const run = async (...inputs: readonly unknown[]): Promise<unknown> => {
    const fed = feedAll(fleet, code, lowered.arguments, inputs);
    const ids = code.outputs.map(newArrayId);
    for (const held of fed.donated) held.gone = "it was given up to a run";
    const { posted, ended } = post(fleet, program, fed, ids);
    const handles = code.outputs.map(({ value }, i) => {
      return makeSharded(fleet, ids[i]!, code.values[value]!, ended);
    });
    const touched = [...fed.donated, ...handles.map((handle) => stateOf(handle)!)];
    const settled = ended.then(
      () => undefined,
      (error: MtfError) => poison(touched, error),
    );
    for (const held of touched) held.run = settled;

    const awaited = fleet.ahead > 0 ? before : settled;
    before = settled;
    await posted;
    const error = (await awaited) ?? fleet.failure;
    if (error) throw error;
    return withLeaves(lowered.result, isTensor, handles);
  };
  return Object.assign(run, { unload }) as unknown as Run<Arguments, Result>;
}

/** Sends a run on its way. What it was given is on the way with it when `posted` resolves. */
function post(
  fleet: Fleet,
  program: number,
  fed: FedInputs,
  outputs: readonly ArrayId[],
): { posted: Promise<void>; ended: Promise<unknown> } {
  let resolvePosted: () => void;
  let rejectPosted: (error: unknown) => void;
  const posted = new Promise<void>((resolve, reject) => {
    [resolvePosted, rejectPosted] = [resolve, reject];
  });
  const ended = fleet.ask<"run">(async () => {
    try {
      const inputsOf = await fed.ready();
      resolvePosted();
      return (link) => ({ kind: "run", program, inputs: inputsOf(link), outputs });
    } catch (error) {
      for (const held of fed.donated) held.gone = undefined;
      rejectPosted(error);
      throw error;
    }
  });
  ended.catch((error: unknown) => rejectPosted(error));
  const arrays = fed.temporary;
  const release = () => fleet.ask<"dispose">(() => () => ({ kind: "dispose", arrays }));
  ended.then(async () => void (arrays.length > 0 && (await release()))).catch(() => undefined);
  return { posted, ended };
}

/**
 * After a step that failed its results were never made, and what it was to write over is lost. A
 * step that was never begun has taken nothing.
 */
function poison(touched: readonly ArrayState[], error: MtfError): MtfError {
  for (const held of touched) if (held.fleet.failure) held.poison = error;
  return error;
}

function checkMesh(program: Program, mesh: Mesh): void {
  const wanted = printMesh(defineMesh(program.mesh));
  if (wanted === printMesh(mesh)) return;
  throw new MtfError("bad-mesh", "the program was lowered for another mesh.", {
    evidence: [
      ["program", wanted],
      ["devices", printMesh(mesh)],
    ],
  });
}
