import { spawn } from "node:child_process";
import { once } from "node:events";
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { thisProcess } from "./holder.ts";
import { acquireLock } from "./index.ts";
import { processStart } from "./process-start.ts";

const folder = mkdtempSync(join(tmpdir(), "gpt-neo-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, ".lock");

/** A process that does nothing, and is not asked after when it ends. */
async function sleeper(): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log(1)"]);
  await once(child.stdout!, "data");
  return {
    pid: child.pid!,
    end: async () => {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

function write(holder: object): void {
  writeFileSync(path, `${JSON.stringify({ ...thisProcess(), ...holder })}\n`);
}

const tried = (): string => {
  try {
    acquireLock(path, "run").release();
    return "free";
  } catch (error) {
    return (error as Error).message.replaceAll(folder, "FOLDER");
  }
};

it("is held once, in a process, too, and leaves nothing", () => {
  const lock = acquireLock(path, "run");
  expect(tried()).toContain(`run is in use by process ${process.pid}.`);
  lock.release();
  expect(tried()).toBe("free");
  expect(readdirSync(folder)).toEqual([]);
});

it("is held by a process as long as that lives", async () => {
  const { pid, end } = await sleeper();
  const since = "2026-01-02T03:04:05.000Z";
  write({ pid, start: processStart(pid), since });
  expect(tried().replaceAll(`${pid}`, "PID")).toMatchInlineSnapshot(`
    "[bad-argument] run is in use by process PID.
      since  2026-01-02T03:04:05.000Z
      lock   FOLDER/.lock
      try    waiting for it to end, or stopping it: kill PID"
  `);
  await end();
  expect(processStart(pid)).toBeUndefined();
  expect(tried()).toBe("free");
  expect(readdirSync(folder)).toEqual([]);
});

it("is not held by another process that has the number of a dead one", async () => {
  const { pid, end } = await sleeper();
  write({ pid, start: "then" });
  if (processStart(pid) !== "unknown") expect(tried()).toBe("free");
  await end();
});

it("is held elsewhere while there are signs of life", () => {
  write({ host: "elsewhere 1", pid: 7, since: "2026-01-02T03:04:05.000Z" });
  expect(tried()).toMatchInlineSnapshot(`
    "[bad-argument] run is in use by process 7 on elsewhere.
      since  2026-01-02T03:04:05.000Z
      lock   FOLDER/.lock
      try    waiting for it to end
      try    removing FOLDER/.lock, if nothing runs there"
  `);
  const long = new Date(Date.now() - 600_000);
  utimesSync(path, long, long);
  expect(tried()).toBe("free");
});

it("goes from the dead to one of many that want it", async () => {
  const notes = join(folder, "notes");
  const script = fileURLToPath(new URL("../../test/support/lock-race.ts", import.meta.url));
  const ended = Array.from({ length: 4 }, async () => {
    const child = spawn(process.execPath, ["--import", "tsx", script, path, notes, "101"]);
    const [, signal] = await once(child, "exit");
    return signal;
  });
  expect(await Promise.all(ended)).toEqual(Array(4).fill("SIGKILL"));
  const lines = readFileSync(notes, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(4 * 201);
  for (const [i, line] of lines.entries()) {
    const [pid, what] = line.split(" ");
    if (what !== "in") continue;
    // Whoever comes in goes out before anybody else comes in, or is never seen again.
    const dead = !lines.slice(i + 1).some((later) => later.startsWith(`${pid} `));
    if (!dead) expect(lines[i + 1]).toBe(`${pid} out`);
  }
  expect(tried()).toBe("free");
  rmSync(notes);
  expect(readdirSync(folder)).toEqual([]);
});

it("that cannot be written is an error", () => {
  expect(() => acquireLock(join(folder, "none", ".lock"), "run")).toThrow("cannot be written");
  expect(existsSync(join(folder, "none"))).toBe(false);
});

it("what is no file cannot be waited for", () => {
  mkdirSync(`${path}-folder`);
  expect(() => acquireLock(`${path}-folder`, "run")).toThrow(
    /\.lock-folder cannot be read: EISDIR/,
  );
});

it("on a disk that is full, says what to do", () => {
  const { writeFileSync: real } = fs;
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  fs.writeFileSync = () => {
    throw full;
  };
  syncBuiltinESMExports();
  try {
    expect(tried()).toContain("FOLDER/.lock cannot be written: the disk is full (ENOSPC).");
    expect(tried()).toContain("free some space");
  } finally {
    fs.writeFileSync = real;
    syncBuiltinESMExports();
  }
  expect(tried()).toBe("free");
});
