import { type Mesh, MtfError, type Program, printMesh } from "mtf";
import { optionsInWords } from "../options-in-words.ts";
import type { SessionOptions } from "../session.ts";
import type { Machine } from "./machine.ts";
import { figures, fits, lacksMemory, type Need, needOf, printBytes } from "./need.ts";

/** A way to run a program: a mesh, and what makes it need less there. */
export interface Way {
  readonly mesh: Mesh;
  readonly storage?: string | undefined;
  readonly gradAccumulation?: number | undefined;
}

/** What is to be run, where, and what may be tried. */
export interface Question {
  /** The programs as they would run, which hold what they hold side by side. */
  readonly plans: (way: Way) => readonly Program[];
  /** What is more than they need, where that is known without making them: mostly it fits by far. */
  readonly most?: ((way: Way) => Need) | undefined;
  /** The mesh that somebody asked for, and who did: `mesh`, say. */
  readonly asked?: { readonly mesh: Mesh; readonly by: string } | undefined;
  /** The meshes to choose from, the usual one first. */
  readonly meshes: readonly Mesh[];
  /** What to advise where no mesh alone is enough. */
  readonly ways?: readonly Way[];
  /** What all devices hold together whatever the mesh is. */
  readonly leastBytes?: number;
  readonly where: SessionOptions;
  readonly machine: Machine;
}

/** The mesh to run on, and what is to be said of it where it is not the usual one. */
export interface ChosenMesh {
  readonly mesh: Mesh;
  readonly told: readonly string[];
}

/** What kernels take besides is left to them. */
const comfortable = 0.9;

/**
 * Decides by the plan, before anything is opened or read: the mesh that was asked for if there is
 * enough for it, or else the first that there is enough for.
 *
 * @throws MtfError `out-of-memory`, or `bad-mesh` where only workers are too many, with the figures and
 * with what fits
 * @example
 * const { mesh } = chooseMesh({ plans, meshes: meshesFor(8, 8), where: {}, machine: thisMachine() });
 */
export function chooseMesh(question: Question): ChosenMesh {
  const { asked, meshes, where, machine, plans, leastBytes = 0 } = question;
  const { ways = [] } = question;
  const needs = new Map<Way, Need>();
  const known = (way: Way): Need => {
    const need = needs.get(way) ?? needOf(plans(way), way.mesh);
    needs.set(way, need);
    return need;
  };
  const usual: Way = { mesh: asked?.mesh ?? meshes[0]! };
  const enough = (need: Need) => fits(need, where, machine, asked ? 1 : comfortable);
  if (question.most && enough(question.most(usual))) return { mesh: usual.mesh, told: [] };
  const need = known(usual);
  if (enough(need)) return { mesh: usual.mesh, told: [] };

  // Where nothing can fit, nothing need be tried.
  const hopeless = leastBytes > machine.memoryBytes;
  const others = (hopeless ? [] : meshes)
    .filter((mesh) => mesh !== usual.mesh)
    .map((mesh): Way => ({ mesh }));
  const found = firstFitting(others, comfortable) ?? (asked ? undefined : firstFitting([usual], 1));
  if (found && !asked) {
    if (found === usual) return { mesh: usual.mesh, told: [] };
    return {
      mesh: found.mesh,
      told: [`${needed(printMesh(usual.mesh), need)}: takes ${printMesh(found.mesh)}`],
    };
  }
  const advised = found ?? (hopeless ? undefined : firstFitting(ways, comfortable));
  const by = asked ? `${printMesh(usual.mesh)}, ${asked.by}` : printMesh(usual.mesh);
  const code = lacksMemory(need, where, machine) ? "out-of-memory" : "bad-mesh";
  throw new MtfError(code, `this machine is too small for mesh ${by}.`, {
    evidence: [...figures(need, where, machine), ...(advised ? [] : [least()])],
    try: advised ? [written(advised)] : [],
    need,
  });

  function firstFitting(candidates: readonly Way[], part: number): Way | undefined {
    return candidates.find((way) => {
      try {
        return fits(known(way), where, machine, part);
      } catch (error) {
        // Rules that were given may be for other axes.
        if (error instanceof MtfError) return false;
        throw error;
      }
    });
  }

  /** The one that comes closest, where nothing does. */
  function least(): readonly [string, string] {
    if (hopeless) return ["the least", `${printBytes(leastBytes)} in all, whatever the mesh is`];
    const all = [...needs].sort(
      ([, a], [, b]) => a.bytesPerDevice * a.devices - b.bytesPerDevice * b.devices,
    );
    const [way, smallest] = all[0]!;
    return ["the least", `${needed(written(way), smallest)}: nothing here is enough`];
  }
}

function needed(name: string, { bytesPerDevice, devices }: Need): string {
  const all = devices === 1 ? "" : `, ${printBytes(devices * bytesPerDevice)} in all`;
  return `${name} needs ${printBytes(bytesPerDevice)} per device${all}`;
}

function written({ mesh, storage, gradAccumulation }: Way): string {
  return optionsInWords({ mesh: printMesh(mesh), storage, gradAccumulation });
}
