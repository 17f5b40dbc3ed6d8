import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ProfiledStep, train } from "../src/index.ts";
import { call, callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, someText } from "./support/runs.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("text.txt"), someText(3000));
const where = ["--mesh", "data:2", "--runtime", "simulator"];
const command = [
  "train",
  "--config",
  "tiny",
  "--data",
  at("text.txt"),
  "--context",
  "16",
  ...where,
];

describe("train --profile FILE", () => {
  it("writes the third step's trace, prints its table, and changes no step", async () => {
    const five = [...command, "--steps", "5", "--json"];
    resultOf(await callHere(...five, "--out", at("plain")));
    // As it is installed: the lines are those of the sources all the same.
    const called = await call(...five, "--out", at("profiled"), "--profile", at("trace.json"));
    resultOf(called);
    const { traceEvents } = JSON.parse(readFileSync(at("trace.json"), "utf8"));
    expect(traceEvents[1].args.name).toBe("device 1 (data=1)");
    const names = new Set(traceEvents.map(({ name }: { name: string }) => name));
    for (const name of ["einsum", "softmax", "all-reduce", "adam"]) expect(names).toContain(name);
    expect(called.stderr).toMatch(/^step 3: \d.* ms on 2 devices, per device/m);
    expect(called.stderr).toMatch(/^einsum +feed-forward\.ts:\d+ +\d+ /m);
    expect(called.stderr).toMatch(/^adam update +optimizer\.ts:\d+ +\d+ /m);
    expect(called.stderr).not.toMatch(/\.js:\d+/);
    expect(called.stderr).toContain(`step 3: its trace is in ${at("trace.json")}`);
    const losses = (out: string) => logOf(at(out)).map(({ loss }) => loss);
    expect(losses("profiled")).toEqual(losses("plain"));
    // What is asked for once is not remembered.
    const on = await callHere(
      "train",
      "--out",
      at("profiled"),
      "--resume",
      "--steps",
      "9",
      "--json",
    );
    resultOf(on);
    expect(on.stderr).not.toContain("trace");
  });

  it("refuses a file that is there, and a folder that is not, before anything is done", async () => {
    writeFileSync(at("mine.json"), "mine");
    const there = await callHere(...command, "--out", at("a"), "--profile", at("mine.json"));
    expect(there).toMatchObject({ code: 1 });
    expect(there.stderr).toContain(`--profile: ${at("mine.json")} is there already.`);
    expect(readFileSync(at("mine.json"), "utf8")).toBe("mine");
    const nowhere = await callHere(...command, "--out", at("a"), "--profile", at("none/t.json"));
    expect(nowhere.stderr).toContain(`--profile: there is no folder ${at("none")}.`);
  });
});

it("tells a program of its own what a step took; the last where there are fewer than three", async () => {
  const told: ProfiledStep[] = [];
  const { model } = await train(
    {
      config: "tiny",
      context: 16,
      data: { documents: [someText(3000)] },
      steps: 2,
      mesh: "data:1",
      runtime: "simulator",
      profile: true,
    },
    { onProfile: (profiled) => told.push(profiled) },
  );
  await model.close();
  expect(told.map(({ step }) => step)).toEqual([2]);
  const [{ profile }] = told as [ProfiledStep];
  expect(profile.rows.some(({ op }) => op === "einsum")).toBe(true);
});
