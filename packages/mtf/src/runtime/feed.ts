import { tell } from "../arguments.ts";
import { MtfError } from "../errors.ts";
import { type AnyTensor, dimsOf, isTensor } from "../graph/tensor.ts";
import { entryOf } from "../record.ts";
import { captureLine } from "../sourceLine.ts";
import { printPlacement, samePlacement } from "../spmd/placement.ts";
import type { Program, Value } from "../spmd/program.ts";
import type { Source } from "./devices.ts";
import type { Fleet, Link } from "./fleet.ts";
import type { ArrayId, Feed, Part, RequestOf } from "./protocol.ts";
import { type ArrayState, checkUsable, newArrayId, stateOf } from "./sharded.ts";
import { type Wanted, wrongInput } from "./sources/array.ts";
import { type Parts, partsOf } from "./sources/parts.ts";

/** The inputs of one run. */
export interface FedInputs {
  /** The handles that the run takes for good. */
  readonly donated: readonly ArrayState[];
  /** What each host is to be given, once functions have given their numbers and files are read. */
  ready(): Promise<(link: Link) => readonly Feed[]>;
  /** Arrays that were put on the devices for this run alone, to be freed after it. */
  readonly temporary: readonly ArrayId[];
}

/**
 * Takes a run's inputs: checks them all and copies the numbers among them, at once.
 *
 * @throws MtfError `wrong-input` naming the input, or for more of them than the program takes
 */
export function feedAll(
  fleet: Fleet,
  program: Program,
  tree: readonly unknown[],
  given: readonly unknown[],
): FedInputs {
  if (given.length > tree.length) throw surplus(tree.length, given);
  const leaves = leavesIn(tree, given, "");
  const handles = leaves.map(([, , source]) => stateOf(source));
  const temporary: ArrayId[] = [];
  const inputs = program.inputs.map((input, i): ArrayId | Parts => {
    const [path, tensor, source] = leaves[i]!;
    const value = program.values[input.value]!;
    const wanted = { path, dims: value.dims, dtype: tensor.dtype };
    const held = handles[i];
    if (!held) return partsOf(source as Source, wanted, value.placement, fleet.mesh);
    checkUsable(held);
    checkHandle(held, source as Value, value, wanted, fleet);
    if (input.donated && handles.indexOf(held) !== handles.lastIndexOf(held)) {
      throw wrongInput(wanted, `'${path}' is given up to the run and given to it once more.`);
    }
    return held.id;
  });

  const ready = async () => {
    const feeds: ((link: Link) => Feed)[] = [];
    for (const [i, input] of inputs.entries()) {
      const value = program.values[program.inputs[i]!.value]!;
      const parts = typeof input === "number" ? undefined : await input;
      if (!parts) feeds.push(() => ({ array: input as ArrayId }));
      else if (parts.some((part) => "source" in part)) {
        const array = await readFirst(fleet, value, parts);
        if (!program.inputs[i]!.donated) temporary.push(array);
        feeds.push(() => ({ array }));
      } else feeds.push((link) => ({ parts: link.devices.map((device) => parts[device]!) }));
    }
    return (link: Link) => feeds.map((feed) => feed(link));
  };
  const donated = handles.filter((held, i) => held && program.inputs[i]!.donated) as ArrayState[];
  return { donated, ready, temporary };
}

/**
 * Has files read before the run begins: a device that cannot read its part leaves the others
 * nothing to wait for.
 */
async function readFirst(fleet: Fleet, value: Value, parts: readonly Part[]): Promise<ArrayId> {
  const array = newArrayId();
  const asked = fleet.links.map((link) => link.ask<"put">(putRequest(array, value, parts, link)));
  const settled = await Promise.allSettled(asked);
  const failed = settled.find((s) => s.status === "rejected");
  if (!failed) return array;
  for (const link of fleet.links) await link.ask<"dispose">({ kind: "dispose", arrays: [array] });
  throw failed.reason;
}

export function putRequest(
  array: ArrayId,
  value: Value,
  parts: readonly Part[],
  link: Link,
): RequestOf<"put"> {
  return { kind: "put", array, value, parts: link.devices.map((device) => parts[device]!) };
}

function checkHandle(
  held: ArrayState,
  handle: Value,
  value: Value,
  to: Wanted,
  fleet: Fleet,
): void {
  if (held.fleet !== fleet) throw wrongInput(to, `'${to.path}' lies on other devices.`);
  const shape = (v: Value) => `${v.dtype}[${v.dims.map((d) => `${d.name}=${d.size}`).join(", ")}]`;
  const given = { ...handle, dims: held.dims };
  if (shape(given) !== shape(value)) {
    throw wrongInput(to, `'${to.path}' was given ${shape(given)}.`);
  }
  if (!samePlacement(handle.placement, value.placement)) {
    const [rests, takes] = [handle.placement, value.placement].map(
      (placement) => printPlacement(placement) || "replicated",
    );
    throw wrongInput(to, `'${to.path}' rests ${rests} and the program takes it ${takes}.`, {
      try: ["await array.read() in its place"],
    });
  }
}

/** The leaves of a tree of tensors with what stands in the same places in the given tree. */
function leavesIn(tree: unknown, given: unknown, path: string): [string, AnyTensor, unknown][] {
  if (isTensor(tree)) {
    if (given !== undefined && given !== null) return [[path, tree, given]];
    const wanted = { path, dims: dimsOf(tree), dtype: tree.dtype };
    throw wrongInput(wanted, `'${path}' is missing.`);
  }
  if (tree === null || typeof tree !== "object") return [];
  return Object.entries(tree).flatMap(([key, child]) =>
    leavesIn(child, childOf(given, key), join(path, key)),
  );
}

function childOf(given: unknown, key: string): unknown {
  if (typeof given !== "object" || given === null) return undefined;
  return entryOf(given as Readonly<Record<string, unknown>>, key);
}

function surplus(takes: number, given: readonly unknown[]): MtfError {
  const sentence = `run: the program takes ${takes} ${takes === 1 ? "input" : "inputs"}, and is given ${given.length}.`;
  return new MtfError("wrong-input", sentence, {
    path: `${takes}`,
    evidence: [
      ["surplus", given.slice(takes).map(tell).join(", ")],
      ["at", captureLine()],
    ],
  });
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}/${key}`;
}
