import { printMesh } from "mtf";
import { describe, expect, it } from "vitest";
import { parseConfig, presets } from "../config/index.ts";
import { dimsOf } from "../models/index.ts";
import { printLayout } from "../session.ts";
import { runLayout } from "./run-layout.ts";

const written = { mesh: "x:2,y:2", layout: "batch:x,heads:y", storage: "embd:x" };
const { training, ...model } = presets.tiny!;
const config = parseConfig({ ...model, training: { ...training, ...written } });
const dims = dimsOf(config, 8, 64);

function told(options: Parameters<typeof runLayout>[0]): unknown {
  const { mesh, layout, notes } = runLayout(options, config, dims);
  return { mesh: printMesh(mesh), layout: printLayout(layout), notes };
}

describe("the config's rules", () => {
  it("are for its mesh", () => {
    const layout = "batch -> x, heads -> y; stored embd -> x";
    expect(told({})).toEqual({ mesh: "x:2,y:2", layout, notes: [] });
  });

  it("hold on a mesh of the command line's that has their axes", () => {
    const layout = "batch -> x, heads -> y; stored embd -> x";
    expect(told({ mesh: "y:1,x:4" })).toEqual({ mesh: "y:1,x:4", layout, notes: [] });
  });

  it("are left out, and told, on one that has not", () => {
    expect(told({ mesh: "data:2" })).toEqual({
      mesh: "data:2",
      layout: "batch -> data",
      notes: [
        "layout batch:x,heads:y is for another mesh than data:2: left out",
        "storage embd:x is for another mesh than data:2: left out",
      ],
    });
  });

  it("give way to the command line's, which must be right", () => {
    const layout = "batch -> data; stored embd -> data";
    const given = { mesh: "data:2", layout: "batch:data", storage: "embd:data" };
    expect(told(given)).toEqual({ mesh: "data:2", layout, notes: [] });
    expect(() => told({ ...given, layout: "batch:rows" })).toThrow("has no axis 'rows'");
  });
});
