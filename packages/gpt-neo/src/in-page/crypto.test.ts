import { createHash as inNode } from "node:crypto";
import { expect, it } from "vitest";
import { createHash } from "./crypto.ts";

it("hashes as Node does, in pieces", () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  const expected = inNode("sha256").update("the whale").update(bytes).digest("hex");
  expect(createHash("sha256").update("the whale").update(bytes).digest("hex")).toBe(expected);
});
