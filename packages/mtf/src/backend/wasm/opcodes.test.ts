import { expect, test } from "vitest";
import { instantiate } from "./instantiate.ts";
import { codeOf } from "./opcodes.ts";

const memory = () => new WebAssembly.Memory({ initial: 1 });

test("every function that the kernels number is found by its name", async () => {
  const { codes } = await instantiate(memory(), false);
  expect(Object.keys(codes).length).toBeGreaterThan(50);
  const found = (["float32", "int32"] as const).flatMap((dtype) =>
    ([...functions] as const).flatMap((fn) => codeOf(codes, fn, dtype) ?? []),
  );
  // Sums of three terms have a function of their own.
  expect(new Set([...found, "add3"])).toEqual(new Set(Object.keys(codes)));
});

test("what the kernels lack is not found", async () => {
  const { codes } = await instantiate(memory(), false);
  expect(codeOf(codes, "sin", "float32")).toBeUndefined();
  expect(codeOf(codes, "sqrt", "int32")).toBeUndefined();
  expect(codeOf(codes, "less", "bool")).toBe("intLess");
});

const functions = [
  ...(["identity", "neg", "abs", "sign", "square", "sqrt", "rsqrt", "reciprocal"] as const),
  ...(["exp", "log", "tanh", "sigmoid", "relu", "gelu", "geluGrad", "sin", "cos"] as const),
  ...(["softplus", "erf", "floor", "ceil", "round"] as const),
  ...(["not", "and", "or", "isFinite", "toFloat32", "toInt32", "toBool", "where"] as const),
  ...(["add", "sub", "mul", "div", "mod", "pow", "maximum", "minimum", "clip"] as const),
  ...(["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual"] as const),
] as const;
