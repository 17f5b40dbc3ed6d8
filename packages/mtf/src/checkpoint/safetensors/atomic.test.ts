import { existsSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeAtomically } from "./atomic.ts";
import { writeSafetensors } from "./write.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atomic-"));
  path = join(folder, "old.safetensors");
  await writeFile(path, "old");
});
afterEach(() => rm(folder, { recursive: true }));

const unchanged = async () => {
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["old.safetensors"]);
};

const tensor = {
  name: "x",
  dtype: "F32",
  shape: [1000],
  data: new Float32Array(1000),
} as const;

describe("writing a file as a whole", () => {
  it("replaces the old one", async () => {
    await writeAtomically(path, async (file) => {
      await file.write("new ");
      await file.write(new Uint8Array([33]));
      expect(await readFile(path, "utf8")).toBe("old");
    });
    expect(await readFile(path, "utf8")).toBe("new !");
    expect(await readdir(folder)).toEqual(["old.safetensors"]);
  });

  it("keeps the old one if the content fails half-way", async () => {
    const failing = writeAtomically(path, async (file) => {
      await file.write("half");
      throw new Error("no more");
    });
    await expect(failing).rejects.toThrow("no more");
    await unchanged();
    const data = function* () {
      yield new Float32Array(10);
      throw new Error("a device is gone");
    };
    await expect(writeSafetensors(path, [{ ...tensor, data }])).rejects.toThrow("gone");
    await unchanged();
  });

  it.each([0, 1, 2000, 4050])(
    "keeps the old one if the disk is full after %d bytes",
    async (most) => {
      const full = async (name: string) => {
        const file = await open(name, "wx");
        let room = most;
        return {
          async write(bytes: Uint8Array) {
            if (room === 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
            const { bytesWritten } = await file.write(bytes.subarray(0, room));
            room -= bytesWritten;
            return { bytesWritten };
          },
          sync: () => file.sync(),
          close: () => file.close(),
        };
      };
      await expect(writeSafetensors(path, [tensor], { open: full })).rejects.toMatchObject({
        code: "bad-file",
        message: expect.stringContaining("the disk is full"),
      });
      await unchanged();
    },
  );

  it.each([
    ["EFBIG", "a file may not be as large on this disk, or for this user (EFBIG)"],
    ["EDQUOT", "the disk's quota is used up (EDQUOT)"],
    ["EACCES", "permission denied"],
  ])("says what %s is", async (code, reason) => {
    const refusing = async () => {
      throw Object.assign(new Error("permission denied"), { code });
    };
    const writing = writeSafetensors(path, [tensor], { open: refusing });
    await expect(writing).rejects.toThrow(`cannot be written: ${reason}.`);
    await unchanged();
  });

  it.runIf(existsSync("/dev/full"))("keeps the old one on the system's own full disk", async () => {
    const toDevFull = async (name: string) => {
      await writeFile(name, "");
      return open("/dev/full", "w");
    };
    await expect(writeSafetensors(path, [tensor], { open: toDevFull })).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringContaining("ENOSPC"),
    });
    await unchanged();
  });

  it("names a folder that does not exist", async () => {
    const lost = join(folder, "none", "x");
    await expect(writeAtomically(lost, async () => {})).rejects.toMatchObject({ code: "bad-file" });
  });
});
