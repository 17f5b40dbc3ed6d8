import { expect, it } from "vitest";
import { optionsInWords } from "../options-in-words.ts";
import { asTyped } from "./as-typed.ts";

it("writes options as they are typed", () => {
  const said = (options: Readonly<Record<string, unknown>>) => asTyped(optionsInWords(options));
  expect(asTyped("`sampleEvery` needs a tokenizer")).toBe("--sample-every needs a tokenizer");
  expect(asTyped("`numBeams: 2`, but no `stopStrings`")).toBe("--beams 2, but no --stop");
  expect(asTyped("a")).toBe("a");
  expect(said({ mesh: "data:2,model:2", storage: undefined, gradAccumulation: 4 })).toBe(
    "--mesh data:2,model:2 --grad-accumulation 4",
  );
  expect(said({ resume: true, lr: 3e-7 })).toBe("--resume --lr 3e-7");
  expect(said({ data: ["a.txt", "b.txt"] })).toBe("--data a.txt b.txt");
  expect(said({ set: { decay: "cosine", warmup_steps: 3 } })).toBe(
    "--set decay=cosine warmup_steps=3",
  );
  expect(said({ out: 'C:\\runs\\a "b"' })).toBe('--out C:\\runs\\a "b"');
});

it("leaves alone what is no option", () => {
  for (const text of ["a `", "`a b`", "`Model`", "`lower(fn)`", "`out: x`", "``"]) {
    expect(asTyped(text)).toBe(text);
  }
});
