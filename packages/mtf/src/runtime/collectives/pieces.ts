import { type Copy, copyOf, stepsOf } from "../../backend/slices/copy.ts";
import { internal } from "../../errors.ts";
import { type Coordinate, coordinateOf, deviceAt, type Mesh } from "../../mesh.ts";
import type { Lying } from "../../program/lying.ts";
import { axesOf, type Box, boxOf, overlap, rangeOf, volume } from "../../program/placement.ts";
import type { Move } from "../../program/program.ts";
import { entryOf } from "../../record.ts";

/** Elements of a device's result that lie together in one device's slice of an operand. */
export interface Piece {
  readonly operand: number;
  readonly holder: number;
  readonly copy: Copy;
}

/**
 * What a device's result of a move is made of. Each element is taken from the holder that differs
 * from the device in nothing but the axes that split the operand: itself wherever it holds it.
 */
function piecesOf(
  move: Move,
  values: readonly Lying[],
  mesh: Mesh,
  device: number,
): readonly Piece[] {
  const coordinate = coordinateOf(mesh, device);
  const result = values[move.result]!;
  const target = boxOf(result.dims, result.placement, mesh, coordinate);
  return move.operands.flatMap((number, operand) => {
    const value = values[number]!;
    const wanted = value.dims.map((d) => {
      const at = result.dims.findIndex((r) => r.name === d.name);
      if (at < 0) throw internal(`${move.name}: the result lacks ${d.name}`);
      const begin = target[at]!.begin + (entryOf(move.offsets[operand]!, d.name) ?? 0);
      return overlap({ begin, size: target[at]!.size }, { begin: 0, size: d.size });
    });
    if (volume(wanted) === 0) return [];
    return holdersOf(value, wanted, move.axes, mesh, coordinate).map((holder): Piece => {
      const held = boxOf(value.dims, value.placement, mesh, holder);
      const [fromSteps, toSteps] = [stepsOf(held), stepsOf(target)];
      const dims = value.dims.map((d, i) => {
        const at = result.dims.findIndex((r) => r.name === d.name);
        const part = overlap(wanted[i]!, held[i]!);
        const shift = entryOf(move.offsets[operand]!, d.name) ?? 0;
        return {
          size: part.size,
          from: { begin: part.begin - held[i]!.begin, step: fromSteps[i]! },
          to: { begin: part.begin - shift - target[at]!.begin, step: toSteps[at]! },
        };
      });
      return { operand, holder: deviceAt(mesh, holder), copy: copyOf(dims) };
    });
  });
}

// The devices of a group that live in one process share what is known of each other's pieces.
const known = new WeakMap<Move, Map<number, ReadonlyMap<number, readonly Piece[]>>>();

/** By device, what the results of a group's devices are made of. */
export function piecesOfGroup(
  move: Move,
  values: readonly Lying[],
  mesh: Mesh,
  members: readonly number[],
): ReadonlyMap<number, readonly Piece[]> {
  const groups = known.get(move) ?? new Map<number, ReadonlyMap<number, readonly Piece[]>>();
  known.set(move, groups);
  const made =
    groups.get(members[0]!) ??
    new Map(members.map((member) => [member, piecesOf(move, values, mesh, member)]));
  groups.set(members[0]!, made);
  return made;
}

/** The devices along `axes` that hold a box, one for each part, in ascending order. */
function holdersOf(
  { dims, placement }: Lying,
  wanted: Box,
  axes: readonly string[],
  mesh: Mesh,
  own: Coordinate,
): readonly Coordinate[] {
  let holders: readonly Coordinate[] = [own];
  let found = 1;
  dims.forEach((d, i) => {
    const splitting = axesOf(placement, d.name);
    let parts: readonly Coordinate[] = [{}];
    for (const axis of splitting) {
      const along = axes.includes(axis)
        ? Array.from({ length: mesh.axes[axis]! }, (_, at) => at)
        : [own[axis]!];
      parts = parts.flatMap((part) => along.map((at) => ({ ...part, [axis]: at })));
    }
    const held = (part: Coordinate) => rangeOf(d.size, splitting, mesh, { ...own, ...part });
    const nonempty = parts.filter((part) => overlap(held(part), wanted[i]!).size > 0);
    holders = holders.flatMap((holder) => nonempty.map((part) => ({ ...holder, ...part })));
    found *= nonempty.reduce((sum, part) => sum + overlap(held(part), wanted[i]!).size, 0);
  });
  if (found !== volume(wanted)) throw internal("a move does not reach all it is to move");
  return holders;
}
