import { describe, expect, it } from "vitest";
import { elements } from "../../src/dimension.ts";
import { dimsOf, isTensor } from "../../src/graph/tensor.ts";
import { defineMesh, leavesOf, ledger } from "../../src/index.ts";
import { moved, programFor, summary } from "./collectives.ts";
import { dims, forwardBackward, params, plainStep, state, step, tokens } from "./transformer.ts";

const inputs = [params(), tokens(), tokens()] as const;
const data = defineMesh("data:2");
const model = { heads: "model", ff: "model", vocab: "model" };

/** Bytes of all gradients, each received twice by a group of two; of positions, those there are. */
function gradientBytes(): number {
  const all = leavesOf(params(), isTensor).map(([, x]) => elements(dimsOf(x)));
  const unused = (dims.position.size - dims.length.size) * dims.embd.size;
  return 2 * 4 * (all.reduce((a, b) => a + b, 0) - unused);
}

describe("data-parallel layout", () => {
  it("each gradient once, the tied embedding too, positions before padding, two scalars", () => {
    const program = programFor(forwardBackward, inputs, data, { rules: { batch: "data" } });
    const scalars = moved(program, "forward", "");
    expect(scalars).toEqual([8, 8]);
    expect(moved(program, "backward", "vocab embd")).toEqual([2 * 4 * 20 * 16]);
    expect(moved(program, "backward", "position embd")).toEqual([2 * 4 * 8 * 16]);
    expect(ledger(program).entries.length).toBe(2 + leavesOf(params(), isTensor).length);
    expect(ledger(program).bytes).toBe(16 + gradientBytes());
    expect(summary(program)).toMatchInlineSnapshot(`
      "2 x forward all-reduce(data) [] 8 B sum
      1 x backward all-reduce(data) [position=8, embd=16] 1,024 B sum
      1 x backward all-reduce(data) [vocab=20, embd=16] 2,560 B einsum
      10 x backward all-reduce(data) [embd=16] 128 B layerNormGrad
      6 x backward all-reduce(data) [embd=16, heads=2, kv=6] 1,536 B einsum
      2 x backward all-reduce(data) [heads=2, kv=6, embd=16] 1,536 B einsum
      4 x backward all-reduce(data) [embd=16] 128 B sum
      2 x backward all-reduce(data) [embd=16, ff=32] 4,096 B einsum
      2 x backward all-reduce(data) [ff=32] 256 B sum
      2 x backward all-reduce(data) [ff=32, embd=16] 4,096 B einsum
      moved 34,576 B, held 51,972 B"
    `);
  });

  it("with tensor parallelism: no more collectives than the two", () => {
    const mesh = defineMesh("data:2,model:2");
    const rules = { batch: "data", ...model };
    const both = programFor(forwardBackward, inputs, mesh, { rules });
    const alone = [{ batch: "data" }, model].map((own) => {
      const program = programFor(forwardBackward, inputs, mesh, { rules: own });
      return ledger(program).entries.length;
    });
    expect(ledger(both).entries.length).toBeLessThanOrEqual(alone[0]! + alone[1]!);
    expect(summary(both)).toMatchInlineSnapshot(`
      "1 x forward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B gather
      4 x forward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      1 x forward all-gather(model) [vocab=20, embd=16] 2,560 B einsum
      2 x forward all-reduce(data+model) [] 24 B sum
      1 x backward all-gather(model) [batch=4, length=8, embd=16] 2,048 B einsum
      4 x backward all-reduce(model) [batch=4, length=8, embd=16] 4,096 B einsum
      1 x backward all-reduce(data) [position=8, embd=16] 2,048 B sum
      1 x backward reduce-scatter(model) [vocab=20, embd=16] 2,560 B einsum
      1 x backward all-reduce(data) [vocab=20, embd=16] 2,560 B einsum
      8 x backward all-reduce(data) [embd=16] 256 B layerNormGrad
      6 x backward all-reduce(data) [embd=16, heads=2, kv=6] 1,536 B einsum
      2 x backward all-reduce(data) [heads=2, kv=6, embd=16] 1,536 B einsum
      3 x backward all-reduce(data) [embd=16] 256 B sum
      2 x backward all-reduce(data) [embd=16, ff=32] 4,096 B einsum
      2 x backward all-reduce(data) [ff=32] 256 B sum
      2 x backward all-reduce(data) [ff=32, embd=16] 4,096 B einsum
      1 x backward all-reduce(data+model) [embd=16] 384 B sum
      2 x backward all-reduce(data+model) [embd=16] 384 B layerNormGrad
      moved 81,840 B, held 31,364 B"
    `);
  });
});

describe("the global norm's layout", () => {
  const train = [state(), tokens(), tokens()] as const;
  const added = (mesh: ReturnType<typeof defineMesh>, rules: object) => {
    const [plain, clipped] = [plainStep, step].map((fn) =>
      ledger(programFor(fn, train, mesh, { rules }, [0])),
    );
    expect(clipped!.entries.length - plain!.entries.length).toBe(
      clipped!.entries.filter((e) => e.pass === "update").length,
    );
    return clipped!.entries.filter((e) => e.pass === "update");
  };

  it("nothing where gradients are whole", () => {
    expect(added(data, { batch: "data" })).toEqual([]);
  });

  it("one scalar for each distinct set of axes", () => {
    const mesh = defineMesh("data:2,model:2");
    expect(added(mesh, { batch: "data", ...model })).toMatchObject([
      { name: "all-reduce", axes: ["model"], bytes: 16 },
    ]);
    // heads over one axis, ff and vocab over another: two sets, so two scalars.
    const rules = { heads: "data", ff: "model", vocab: "model" };
    expect(added(mesh, rules)).toMatchObject([
      { name: "all-reduce", axes: ["model"], bytes: 16 },
      { name: "all-reduce", axes: ["data"], bytes: 16 },
    ]);
  });
});
