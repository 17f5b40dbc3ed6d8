import { execFileSync } from "node:child_process";
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Config, parseConfig, presets } from "../config/index.ts";
import { markRunFolder } from "../run-mark.ts";
import { type PipedOptions, type Unpiped, withoutPipes } from "./piped.ts";

const folder = mkdtempSync(join(tmpdir(), "piped-"));
const at = (...names: readonly string[]): string => join(folder, ...names);
const [pipe, out] = [at("pipe.txt"), at("run")];
afterAll(() => rmSync(folder, { recursive: true }));

const reading = (path: string): Config =>
  parseConfig({ ...presets.tiny, training: { data: [path] } }, "tiny");
const names = (): readonly string[] => readdirSync(at("run/piped")).sort();

/** What a run comes to that has a text sent through its pipe. */
async function sent(text: string, options: Partial<PipedOptions>): Promise<Unpiped> {
  const writing = pipeline(Readable.from([text]), createWriteStream(pipe));
  const found = withoutPipes(reading(pipe), { out, ...options });
  await Promise.allSettled([found, writing]);
  return found;
}

function textOf({ config }: Unpiped): string {
  return readFileSync(config.training.data![0]!.files[0]!, "utf8");
}

describe.skipIf(process.platform === "win32")("what comes through a pipe", () => {
  beforeAll(() => {
    execFileSync("mkfifo", [pipe]);
  });
  const named = { resume: true, data: [pipe] };

  it("is kept, and nowhere as long as there is no run", async () => {
    const begun = await sent("one", {});
    expect(textOf(begun)).toBe("one");
    await begun.release();
    expect(readdirSync(folder)).not.toContain("piped");
    await markRunFolder(out);
    const again = await sent("one", {});
    await again.settle();
    await again.release();
    expect(names()).toEqual(["1.txt", "pipes.json"]);
    const resumed = await withoutPipes(reading(pipe), { out, resume: true });
    expect(textOf(resumed)).toBe("one");
  });

  it("is read where it is named anew, and in its place from the first step on", async () => {
    const unused = await sent("two", named);
    expect(textOf(unused)).toBe("two");
    await unused.release();
    expect(textOf(await withoutPipes(reading(pipe), { out, resume: true }))).toBe("one");
    const used = await sent("three", named);
    expect(used.told).toEqual([
      `what came through ${pipe} is kept in ${at("run/piped/2.txt")}, in place of 1.txt, for \`resume\``,
    ]);
    await used.settle();
    await used.release();
    expect(names()).toEqual(["2.txt", "pipes.json"]);
    expect(textOf(await withoutPipes(reading(pipe), { out, resume: true }))).toBe("three");
  });

  it("stays where it is named as a file, beside a pipe that is named anew", async () => {
    const before = at("run/piped/2.txt");
    const both = parseConfig({ ...presets.tiny, training: { data: [before, pipe] } }, "tiny");
    const writing = pipeline(Readable.from(["more"]), createWriteStream(pipe));
    const used = await withoutPipes(both, { out, resume: true, data: [before, pipe] });
    await writing;
    await used.settle();
    await used.release();
    expect(used.config.training.data![0]!.files).toEqual([before, at("run/piped/1.txt")]);
    expect(readFileSync(before, "utf8")).toBe("three");
    rmSync(at("run/piped/1.txt"));
    writeFileSync(at("run/piped/pipes.json"), JSON.stringify({ [pipe]: "2.txt" }));
  });

  it("is read where a config or `set` names it, and the run did not by then", async () => {
    const begun = { folder, options: {}, config: { training: { data: [at("a.txt")] } } };
    const remembered = { begun, found: undefined as never };
    expect(textOf(await sent("four", { resume: true, remembered }))).toBe("four");
    expect(textOf(await sent("five", { resume: true, set: { data: [pipe] } }))).toBe("five");
    const same = { ...begun, config: { training: { data: [{ files: [pipe] }] } } };
    const on = { out, resume: true, remembered: { ...remembered, begun: same } };
    expect(textOf(await withoutPipes(reading(pipe), on))).toBe("three");
  });

  it("is not that of the other option, which a shell may have called the same", async () => {
    const training = { data: [pipe], validation_data: [pipe] };
    const both = parseConfig({ ...presets.tiny, training }, "tiny");
    const writing = pipeline(Readable.from(["held"]), createWriteStream(pipe));
    const used = await withoutPipes(both, { out, resume: true, validationData: [pipe] });
    await writing;
    await used.settle();
    expect(used.told.join()).not.toContain("in place of");
    for (const { config } of [used, await withoutPipes(both, { out, resume: true })]) {
      expect(textOf({ ...used, config })).toBe("three");
      expect(readFileSync(config.training.validation_data![0]!, "utf8")).toBe("held");
    }
  });

  it("is not taken for what came before, where nothing comes", async () => {
    const before = names();
    await expect(sent("", named)).rejects.toMatchObject({
      message: expect.stringContaining(`nothing came through ${pipe}.`),
      details: {
        try: [`no \`data\`, to go on with what came before, which ${at("run/piped/2.txt")} keeps`],
      },
    });
    expect(names()).toEqual(before);
    rmSync(pipe);
    await expect(withoutPipes(reading(pipe), { out, ...named })).rejects.toThrow(
      `${pipe}: there is no such file.`,
    );
    writeFileSync(pipe, "a file by now");
    expect(textOf(await withoutPipes(reading(pipe), { out, ...named }))).toBe("a file by now");
  });
});
