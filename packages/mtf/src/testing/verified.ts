import { vi } from "vitest";

// Every test's graphs and programs are verified between stages. Users do not pay for that: it takes a
// tenth of the time of lowering and more.

vi.mock("../trace.ts", async (original) => {
  const real = await original<typeof import("../trace.ts")>();
  const { nodesOf } = await import("../graph/graph.ts");
  const { verifyNodes } = await import("../ops/verify/graph.ts");
  const trace: typeof real.trace = (fn, args) => {
    const traced = real.trace(fn, args);
    verifyNodes(nodesOf(traced.graph));
    return traced;
  };
  return { ...real, trace };
});

vi.mock("../partition/lower.ts", async (original) => {
  const real = await original<typeof import("../partition/lower.ts")>();
  const { verifyLowered } = await import("../program/verify/lowered.ts");
  const lower: typeof real.lower = (fn, options) => {
    const lowered = real.lower(fn, options);
    verifyLowered(lowered as never);
    return lowered;
  };
  return { ...real, lower };
});

vi.mock("../passes/pass.ts", async (original) => {
  const real = await original<typeof import("../passes/pass.ts")>();
  const { verifyProgram } = await import("../program/verify/lowered.ts");
  const through: typeof real.through = (program, pass, wishes) => {
    const changed = real.through(program, pass, wishes);
    verifyProgram(changed);
    return changed;
  };
  return { ...real, through };
});
