import { expect, it } from "vitest";
import { defineMesh, parseRules } from "../../src/index.ts";
import { coordinateOf, deviceAt, groupOf } from "../../src/mesh.ts";
import { place } from "../../src/partition/place.ts";
import { boxOf, rangeOf } from "../../src/program/placement.ts";
import { dimsFrom, fixture, type WrittenDims } from "./fixture.ts";

interface Geometry {
  readonly mesh: string;
  readonly layout: string;
  readonly coordinates: readonly (readonly number[])[];
  readonly shapes: readonly {
    readonly shape: WrittenDims;
    readonly slice_shape?: readonly number[];
    readonly slice_begin?: readonly (readonly number[])[];
    /** Why the original refused it. */
    readonly error?: string;
  }[];
  readonly processor_groups: readonly {
    readonly group_axes: readonly number[];
    readonly groups: readonly (readonly number[])[];
    readonly pnum_to_group: readonly number[];
  }[];
}

const { geometry } = fixture<{ readonly geometry: readonly Geometry[] }>("layouts.json");

it.each(geometry)("layout '$layout' on $mesh: coordinates and groups", (of) => {
  const mesh = defineMesh(of.mesh);
  of.coordinates.forEach((coordinate, device) => {
    const own = coordinateOf(mesh, device);
    expect(mesh.names.map((axis) => own[axis])).toEqual(coordinate);
    expect(deviceAt(mesh, own)).toBe(device);
  });
  for (const { group_axes, groups, pnum_to_group } of of.processor_groups) {
    const axes = group_axes.map((at) => mesh.names[at]!);
    pnum_to_group.forEach((group, device) => {
      expect(groupOf(mesh, device, axes)).toEqual(groups[group]);
    });
  }
});

it.each(geometry)("layout '$layout' on $mesh: slices", (of) => {
  const mesh = defineMesh(of.mesh);
  const rules = rulesOf(of);
  for (const { shape, slice_shape, slice_begin } of of.shapes) {
    const dims = dimsFrom(shape);
    const placement = place(dims, rules, mesh);
    const boxes = of.coordinates.map((_, device) =>
      boxOf(dims, placement, mesh, coordinateOf(mesh, device)),
    );
    if (slice_shape && slice_begin) {
      boxes.forEach((box, device) => {
        expect(box.map((range) => range.size)).toEqual(slice_shape);
        expect(box.map((range) => range.begin)).toEqual(slice_begin[device]);
      });
    }
    // Also where the original refuses: the slices of each dim cover it, and differ by one at most
    // for each axis.
    dims.forEach((d, i) => {
      const axes = placement.split[d.name] ?? [];
      const ranges = new Map(boxes.map((box) => [box[i]!.begin, box[i]!.size]));
      const covered = [...ranges.values()].reduce((a, b) => a + b, 0);
      expect(covered).toBe(d.size);
      const sizes = boxes.map((box) => box[i]!.size);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(axes.length);
      const first = rangeOf(d.size, axes, mesh, coordinateOf(mesh, 0));
      expect(first.begin).toBe(0);
    });
  }
});

/** The rules of a layout: the axes of a dim that has several, and without axes there are not. */
function rulesOf(of: Geometry): readonly (readonly [string, readonly string[]])[] {
  const mesh = defineMesh(of.mesh);
  const byDim = new Map<string, string[]>();
  for (const rule of of.layout.split(";").filter((text) => text !== "")) {
    for (const [dim, axes] of Object.entries(parseRules(rule))) {
      const known = axes.filter((axis) => mesh.names.includes(axis));
      byDim.set(dim, [...(byDim.get(dim) ?? []), ...known]);
    }
  }
  return [...byDim];
}
