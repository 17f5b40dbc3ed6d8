import { recordArgument, tell, wrongArgument } from "./arguments.ts";
import { isDimName, isDimSize } from "./dimension.ts";
import { type Evidence, MtfError } from "./errors.ts";
import { captureLine } from "./sourceLine.ts";

/** A grid of devices: named axes with sizes, numbered row by row (the last axis fastest). */
export interface Mesh<Axis extends string = string> {
  readonly axes: { readonly [A in Axis]: number };
  /** The axes in the order they were written. */
  readonly names: readonly Axis[];
  /** The number of devices. */
  readonly size: number;
}

/** Where a device is on every axis of its mesh. */
export type Coordinate = Readonly<Record<string, number>>;

type AxesIn<Text extends string> = string extends Text
  ? string
  : Text extends `${infer First},${infer Rest}`
    ? AxesIn<First> | AxesIn<Rest>
    : Text extends `${infer Name}:${string}`
      ? Name
      : string;

/**
 * A mesh of devices with named axes, from sizes or from text as command lines write it.
 *
 * @throws MtfError `bad-mesh` unless every axis has a name and a positive integer size
 * @example
 * const mesh = defineMesh({ data: 2, model: 4 });
 * const same = defineMesh("data:2,model:4");
 */
export function defineMesh<const Axes extends Record<string, number>>(
  axes: Axes,
): Mesh<keyof Axes & string>;
export function defineMesh<const Text extends string>(text: Text): Mesh<AxesIn<Text>>;
export function defineMesh(spec: string | Record<string, number>): Mesh {
  if (typeof spec !== "string") {
    const takes = 'an object of axes and sizes, or text such as "data:2,model:4"';
    recordArgument("defineMesh", "axes", spec, takes);
  }
  const entries = typeof spec === "string" ? parseAxes(spec) : Object.entries(spec);
  for (const [name, size] of entries) {
    if (!isDimName(name)) throw badMesh(`'${name}' cannot name an axis.`, spec);
    if (isDimSize(size)) continue;
    throw badMesh(`axis '${name}' has size ${tell(size)}: a size is a positive integer.`, spec);
  }
  const axes = Object.freeze(Object.fromEntries(entries));
  if (Object.keys(axes).length !== entries.length) throw badMesh("an axis is written twice.", spec);
  const size = entries.reduce((product, [, n]) => product * n, 1);
  return Object.freeze({ axes, names: Object.freeze(entries.map(([name]) => name)), size });
}

function badMesh(sentence: string, spec: string | Record<string, number>): MtfError {
  // Text is somebody's who wrote no program: what is wrong is on no line of one.
  const evidence: Evidence[] = typeof spec === "string" ? [] : [["at", captureLine()]];
  return new MtfError("bad-mesh", sentence, { evidence, try: ["data:2,model:4"] });
}

function parseAxes(text: string): [string, number][] {
  if (text.trim() === "") return [];
  return text.split(/[,;]/).map((item) => {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([0-9]+)\s*$/.exec(item);
    if (!match) throw badMesh(`'${item.trim()}' is not an axis of a mesh.`, text);
    return [match[1]!, Number(match[2])];
  });
}

/** A mesh given to a function that places values on it. */
export function meshArgument(fn: string, argument: string, mesh: unknown): asserts mesh is Mesh {
  const { axes, names, size } = (mesh ?? {}) as Partial<Mesh>;
  if (typeof axes === "object" && Array.isArray(names) && typeof size === "number") return;
  const advice = ["defineMesh({ data: 2, model: 4 })"];
  throw wrongArgument(fn, argument, "a mesh", mesh, { try: advice });
}

/** A device of a mesh, given by its number. */
export function deviceArgument(fn: string, mesh: Mesh, device: unknown): asserts device is number {
  if (Number.isInteger(device) && (device as number) >= 0 && (device as number) < mesh.size) return;
  throw wrongArgument(fn, "device", `a device's number, 0 to ${mesh.size - 1}`, device);
}

/**
 * Where a device is on the axes of its mesh.
 *
 * @param device its number, from 0 on
 * @throws MtfError `bad-argument`
 * @example
 * coordinateOf(defineMesh({ data: 2, model: 4 }), 5); // { data: 1, model: 1 }
 */
export function coordinateOf(mesh: Mesh, device: number): Coordinate {
  meshArgument("coordinateOf", "mesh", mesh);
  deviceArgument("coordinateOf", mesh, device);
  const coordinate: Record<string, number> = {};
  let rest = device;
  for (const name of [...mesh.names].reverse()) {
    const size = mesh.axes[name]!;
    coordinate[name] = rest % size;
    rest = Math.floor(rest / size);
  }
  return coordinate;
}

/**
 * The number of the device at a coordinate: what `coordinateOf` goes back from.
 *
 * @param coordinate a place on every axis of the mesh
 * @throws MtfError `bad-argument`
 * @example
 * deviceAt(defineMesh({ data: 2, model: 4 }), { data: 1, model: 1 }); // 5
 */
export function deviceAt(mesh: Mesh, coordinate: Coordinate): number {
  meshArgument("deviceAt", "mesh", mesh);
  recordArgument("deviceAt", "coordinate", coordinate, "a place on each axis");
  for (const axis of mesh.names) {
    const place = coordinate[axis];
    if (Number.isInteger(place) && place! >= 0 && place! < mesh.axes[axis]!) continue;
    const takes = `a place on the axis '${axis}', 0 to ${mesh.axes[axis]! - 1}`;
    throw wrongArgument("deviceAt", `coordinate.${axis}`, takes, place);
  }
  return mesh.names.reduce((n, name) => n * mesh.axes[name]! + coordinate[name]!, 0);
}

/**
 * The devices that differ from `device` only along `axes`, itself included, in ascending order.
 */
export function groupOf(mesh: Mesh, device: number, axes: readonly string[]): readonly number[] {
  const own = coordinateOf(mesh, device);
  const along = mesh.names.filter((axis) => axes.includes(axis));
  return coordinatesAlong(mesh, along).map((c) => deviceAt(mesh, { ...own, ...c }));
}

/** A device's place among those that differ from it only along `axes`. */
export function rankOf(mesh: Mesh, device: number, axes: readonly string[]): number {
  const own = coordinateOf(mesh, device);
  const along = mesh.names.filter((axis) => axes.includes(axis));
  return along.reduce((rank, axis) => rank * mesh.axes[axis]! + own[axis]!, 0);
}

/** Every place along some axes, the last of them fastest. */
export function coordinatesAlong(mesh: Mesh, axes: readonly string[]): readonly Coordinate[] {
  let coordinates: Coordinate[] = [{}];
  for (const axis of axes) {
    const places = Array.from({ length: mesh.axes[axis]! }, (_, i) => i);
    coordinates = coordinates.flatMap((c) => places.map((i) => ({ ...c, [axis]: i })));
  }
  return coordinates;
}

/**
 * A mesh as command lines write it.
 *
 * @example
 * printMesh(defineMesh({ data: 2, model: 4 })); // "data:2,model:4"
 */
export function printMesh(mesh: Mesh): string {
  meshArgument("printMesh", "mesh", mesh);
  return mesh.names.map((name) => `${name}:${mesh.axes[name]}`).join(",");
}
