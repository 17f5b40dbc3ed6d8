import { optionsArgument, recordArgument, wrongArgument } from "../arguments.ts";
import type { Mesh } from "../mesh.ts";
import { entryOf } from "../record.ts";

/**
 * What a mesh's devices do in a second, as far as a plan has to know: it weighs work that devices
 * would repeat against what they would otherwise receive.
 */
export interface MachineModel {
  /** Floating-point operations per second of one device. */
  readonly flops: number;
  /** Bytes per second that one device reads from its own memory. */
  readonly memory: number;
  /**
   * Bytes that one device can hold. A plan that needs more is not taken where another one fits; without
   * it there is no limit.
   */
  readonly capacity?: number;
  /**
   * Whether devices compute while a collective is under way. Programs then begin collectives early and
   * wait for them late; without it, as on devices that copy with the cores that they compute with, a
   * collective is done at once.
   */
  readonly overlaps?: boolean;
  /** What a device receives from others. */
  readonly link: Link;
  /** Other links, by axis of the mesh: between hosts, for example. */
  readonly links?: { readonly [axis: string]: Link };
}

/** How devices along an axis reach each other. */
export interface Link {
  /** Bytes per second that one device receives. */
  readonly bandwidth: number;
  /** Seconds that a collective takes, however little it moves. */
  readonly latency: number;
}

/**
 * The machine that programs are planned for unless another is given: one core for each device, all
 * of one host, each with a WebAssembly heap.
 *
 * @example
 * const slowLink = { ...defaultMachine, link: { bandwidth: 1e8, latency: 1e-4 } };
 */
export const defaultMachine: MachineModel = {
  flops: 40e9,
  memory: 10e9,
  capacity: 2 ** 32,
  link: { bandwidth: 2e9, latency: 20e-6 },
};

/**
 * A machine of figures that were measured or written down: checked, and as it was given.
 *
 * @throws MtfError `bad-argument` for a figure that is none, `unknown-option` for one that there is not
 * @example
 * const machine = defineMachine(JSON.parse('{"flops":4e10,"memory":1e10,"link":{"bandwidth":2e9,"latency":2e-5}}'));
 */
export function defineMachine(figures: MachineModel): MachineModel {
  machineArgument("defineMachine", "figures", figures);
  return figures;
}

/** Seconds of a collective along these axes in which a device receives so many bytes. */
export function secondsOf(machine: MachineModel, axes: readonly string[], bytes: number): number {
  if (bytes === 0) return 0;
  const { bandwidth, latency } = linkAlong(machine, axes);
  return latency + bytes / bandwidth;
}

/** Seconds in which a device takes a part of so many bytes from what it holds: read and written. */
export function sliceSeconds({ memory }: MachineModel, bytes: number): number {
  return (2 * bytes) / memory;
}

/** The link of a collective along these axes: as slow as the slowest. */
export function linkAlong({ link, links }: MachineModel, axes: readonly string[]): Link {
  if (links === undefined) return link;
  const along = axes.map((axis) => entryOf(links, axis) ?? link);
  return {
    bandwidth: Math.min(...along.map(({ bandwidth }) => bandwidth)),
    latency: Math.max(...along.map(({ latency }) => latency)),
  };
}

/** A machine given to a function, which may plan for it on a mesh. */
export function machineArgument(fn: string, argument: string, machine: unknown, mesh?: Mesh): void {
  const known = ["flops", "memory", "capacity", "overlaps", "link", "links"];
  optionsArgument(fn, argument, machine, known);
  const { flops, memory, capacity, overlaps, link, links = {} } = machine as MachineModel;
  const check = (name: string, value: unknown, least: number) => {
    if (typeof value === "number" && Number.isFinite(value) && value >= least) return;
    const takes = least > 0 ? "a number above 0" : "a number from 0 on";
    throw wrongArgument(fn, `${argument}.${name}`, takes, value, { try: ["defaultMachine"] });
  };
  const checkLink = (name: string, given: unknown) => {
    optionsArgument(fn, `${argument}.${name}`, given, ["bandwidth", "latency"]);
    check(`${name}.bandwidth`, (given as Link).bandwidth, Number.MIN_VALUE);
    check(`${name}.latency`, (given as Link).latency, 0);
  };
  check("flops", flops, Number.MIN_VALUE);
  check("memory", memory, Number.MIN_VALUE);
  if (capacity !== undefined) check("capacity", capacity, Number.MIN_VALUE);
  if (overlaps !== undefined && typeof overlaps !== "boolean") {
    throw wrongArgument(fn, `${argument}.overlaps`, "true or false", overlaps);
  }
  checkLink("link", link);
  recordArgument(fn, `${argument}.links`, links, "an object of axes and links");
  for (const [axis, own] of Object.entries(links)) {
    if (mesh && !mesh.names.includes(axis)) {
      const takes = `an axis of the mesh: ${mesh.names.join(", ")}`;
      throw wrongArgument(fn, `${argument}.links`, takes, axis);
    }
    checkLink(`links.${axis}`, own);
  }
}
