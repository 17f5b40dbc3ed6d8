import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { markRunFolder } from "../run-mark.ts";
import { dataFiles } from "./files.ts";
import { readDocuments } from "./read.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gpt-neo-folder-"));
  const put = async (name: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), "");
  };
  for (const name of ["a.txt", "b/1.txt", "b/2.txt", "c/d/3.jsonl", "README.md", "c/e.png"]) {
    await put(`data/${name}`);
  }
  for (const name of [".git/objects.txt", ".ipynb_checkpoints/a-checkpoint.txt", "b/.2.txt"]) {
    await put(`data/${name}`);
  }
  await put("elsewhere/4.txt");
  await put("elsewhere/within/5.txt");
  await put("data/run/log.jsonl");
  await markRunFolder(join(folder, "data/run"));
  await put("data/out/ids.jsonl");
  const link = (to: string, name: string) => symlink(to, join(folder, "data", name));
  // Out of the folder, back to it, around in a circle, twice to the same, to a file, and to nothing.
  await link("../elsewhere", "a-link");
  await link("../..", "c/up");
  await link("../data", "elsewhere-again");
  await link("../elsewhere", "z-link");
  await symlink("../within", join(folder, "elsewhere/within/round"));
  await link("../elsewhere/4.txt", "linked.txt");
  await link("nothing.txt", "gone.txt");
});
afterAll(() => rm(folder, { recursive: true }));

async function found(path: string): Promise<{ files: string[]; told: string[] }> {
  const told: string[] = [];
  const options = {
    except: join(folder, "data/out"),
    onLeftOut: (line: string) => told.push(line.replaceAll(`${folder}/`, "")),
  };
  const files = await dataFiles([join(folder, path)], undefined, options);
  return { files: files.map(({ file }) => relative(folder, file)), told: told.sort() };
}

describe("data in folders", () => {
  it("are all files but hidden ones and those of runs, links included, each once", async () => {
    const { files, told } = await found("data");
    expect(files).toMatchInlineSnapshot(`
      [
        "data/a-link/4.txt",
        "data/a-link/within/5.txt",
        "data/a.txt",
        "data/b/1.txt",
        "data/b/2.txt",
        "data/c/d/3.jsonl",
      ]
    `);
    expect(told).toMatchInlineSnapshot(`
      [
        "left out data/.git, data/.ipynb_checkpoints, data/b/.2.txt: hidden",
        "left out data/c/e.png, data/README.md: no known format",
        "left out data/c/up/data, data/c/up/elsewhere, data/elsewhere-again, data/z-link, data/a-link/within/round and 1 more: read already",
        "left out data/gone.txt: a link to nothing",
        "left out data/out: written by this command",
        "left out data/run: a run's folder",
      ]
    `);
  });

  it("are those that a pattern fits", async () => {
    expect((await found("data/*/*.txt")).files).toMatchInlineSnapshot(`
      [
        "data/a-link/4.txt",
        "data/b/1.txt",
        "data/b/2.txt",
      ]
    `);
    expect(await found("data/**/*.jsonl")).toMatchInlineSnapshot(`
      {
        "files": [
          "data/c/d/3.jsonl",
        ],
        "told": [
          "left out data/run: a run's folder",
        ],
      }
    `);
    expect((await found("data/.git/*.txt")).files).toEqual(["data/.git/objects.txt"]);
    expect((await found("data/{.git,b}/*.txt")).files).toHaveLength(3);
    expect((await found("data/b/[!2]*.txt")).files).toEqual(["data/b/1.txt"]);
  });

  it("are not what a model's folder holds beside them", async () => {
    const put = (name: string, text: string) => writeFile(join(folder, "model", name), text);
    await mkdir(join(folder, "model"));
    await put("a.json", '[{"text": "a"}]');
    await put("b.jsonl", "");
    await put("config.json", '{"hidden_size": 4}');
    await put("vocab.json", '{"a": 0}');
    await put("merges.txt", "#version: 0.2");
    await put("pytorch_model.bin", "");
    await put("pytorch_model-00001-of-00002.bin", "");
    await put("train.bin", "");
    await put("ids.bin", "");
    await put("ids.idx", "");
    await put("damaged.json", '{"text": "');
    expect(await found("model")).toMatchInlineSnapshot(`
      {
        "files": [
          "model/a.json",
          "model/b.jsonl",
          "model/ids.bin",
        ],
        "told": [
          "left out model/config.json, model/damaged.json, model/vocab.json: no documents in it",
          "left out model/merges.txt: a tokenizer's",
          "left out model/pytorch_model-00001-of-00002.bin, model/pytorch_model.bin: weights",
          "left out model/train.bin: no .idx beside it",
        ],
      }
    `);
    expect((await found("model/*.bin")).files).toEqual(["model/ids.bin"]);
  });

  it("are not what cannot be read, which stops nobody", async () => {
    const within = (name: string) => join(folder, "shared", name);
    for (const name of ["open", "closed", "closed/in", "named"]) {
      await mkdir(within(name), { recursive: true });
      await writeFile(within(`${name}/1.txt`), "");
    }
    await chmod(folder, 0o755);
    await chmod(within("closed"), 0o000);
    // Names can be read, files cannot be reached.
    await chmod(within("named"), 0o444);
    await asNobody(async () => {
      const both = ["left out shared/closed, shared/named: unreadable"];
      const files = ["shared/open/1.txt"];
      expect(await found("shared")).toEqual({ files, told: both });
      expect(await found("shared/*/*.txt")).toEqual({ files, told: both });
      expect(await found("shared/**/1.txt")).toEqual({ files, told: both });
      // Where a pattern does not lead, nothing is missed.
      expect(await found("shared/o*/*.txt")).toEqual({ files, told: [] });
      expect(await found("shared/{open,named}/*.txt")).toEqual({
        files,
        told: ["left out shared/named: unreadable"],
      });
      await expect(found("shared/closed")).rejects.toThrow(/shared\/closed: EACCES/);
      await expect(found("shared/closed/*.txt")).rejects.toThrow(/has no data/);
    });
    await chmod(within("closed"), 0o755);
    await chmod(within("named"), 0o755);
    const [denied, other] = ["denied.json", "denied.txt"].map((name) => within(`open/${name}`));
    await writeFile(denied!, '[{"text": "a"}]');
    await writeFile(other!, "");
    for (const file of [denied!, other!]) await chmod(file, 0o000);
    // Half of a pair is none.
    for (const name of ["ids.bin", "ids.idx"]) await writeFile(within(`open/${name}`), "");
    await chmod(within("open/ids.idx"), 0o000);
    await asNobody(async () => {
      const names = ["denied.json", "denied.txt", "ids.idx", "ids.bin"];
      const told = [
        `left out ${names.map((name) => `shared/open/${name}`).join(", ")}: unreadable`,
      ];
      expect(await found("shared/open")).toEqual({ files: ["shared/open/1.txt"], told });
      // What is named alone is not left out.
      await expect(dataFiles([other!])).resolves.toHaveLength(1);
    });
    if (process.platform !== "linux") return;
    // It can be opened, and not read, whoever asks.
    await symlink("/proc/self/clear_refs", within("open/refused.txt"));
    expect((await found("shared/open/*.txt")).told).toEqual([
      "left out shared/open/refused.txt: unreadable",
    ]);
  });

  // Other systems have no such names.
  it.skipIf(process.platform !== "linux")("are not what no path leads to", async () => {
    const put = async (name: Buffer): Promise<void> =>
      writeFile(Buffer.concat([Buffer.from(join(folder, "bytes/")), name]), "");
    await mkdir(Buffer.concat([Buffer.from(join(folder, "bytes/d")), Buffer.from([0xe4])]), {
      recursive: true,
    });
    for (const name of ["a.txt", "\uFFFD.txt", "é.txt"]) await put(Buffer.from(name));
    await put(Buffer.from("b\xff.txt", "latin1"));
    await put(Buffer.from("b\xff.png", "latin1"));
    const folders = String.raw`left out bytes/d\xe4: a folder whose name is not UTF-8`;
    const files = ["bytes/\uFFFD.txt", "bytes/a.txt", "bytes/é.txt"];
    const all = await found("bytes");
    expect(all.files.sort()).toEqual(files.sort());
    expect(all.told).toEqual(
      [
        folders,
        String.raw`left out bytes/b\xff.png, bytes/b\xff.txt: a name that is not UTF-8`,
      ].sort(),
    );
    expect((await found("bytes/**/*.txt")).told).toEqual([
      String.raw`left out bytes/b\xff.txt: a name that is not UTF-8`,
      folders,
    ]);
    expect((await found("bytes/a*.txt")).told).toEqual([]);
    // A shell that writes it out gives it as it is shown, which is no way to it.
    await expect(readAll(join(folder, "bytes/b\uFFFD.txt"))).rejects.toMatchObject({
      details: { try: ["a name in UTF-8: what this one is on disk is not"] },
    });
  });
});

async function readAll(file: string): Promise<void> {
  for await (const _ of readDocuments([file]));
}

/** What root may do says nothing about what others may. */
async function asNobody(does: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return does();
  process.seteuid!(65534);
  try {
    await does();
  } finally {
    process.seteuid!(0);
  }
}
