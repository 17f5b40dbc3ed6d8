import { openSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { lostConnection } from "./connection.ts";
import { findMpi } from "./find.ts";

afterEach(() => vi.unstubAllEnvs());

describe("a launcher's connection", () => {
  test("is not missed where there is no launcher, or it is Open MPI's", () => {
    vi.stubEnv("PMI_FD", undefined);
    expect(lostConnection()).toBeUndefined();
    vi.stubEnv("PMI_FD", "987654");
    vi.stubEnv("OMPI_COMM_WORLD_SIZE", "2");
    expect(lostConnection()).toBeUndefined();
  });

  test("is there if the descriptor is a socket", async () => {
    const server = await listening();
    vi.stubEnv("PMI_FD", `${(server as unknown as { _handle: { fd: number } })._handle.fd}`);
    expect(lostConnection()).toBeUndefined();
    server.close();
  });

  test("is lost if the descriptor is closed, or something else by now", () => {
    vi.stubEnv("PMI_FD", "987654");
    expect(lostConnection()).toBe("987654");
    const other = `${openSync("/dev/null", "r")}`;
    vi.stubEnv("PMI_FD", other);
    expect(lostConnection()).toBe(other);
  });

  test("and without it MPI is not begun with: it would end the process", () => {
    vi.stubEnv("PMI_FD", "987654");
    expect(() => findMpi()).toThrowErrorMatchingInlineSnapshot(`
      [MtfError: [backend-unavailable] MPI cannot be used: the launcher's connection (PMI_FD=987654) has not been handed on to this process, as npx and npm do not.
        try  the program itself: mpirun -n 2 node_modules/.bin/gpt-neo …, or mpirun -n 2 node program.mjs]
    `);
  });
});

function listening(): Promise<Server> {
  const server = createServer();
  const path = join(tmpdir(), `mtf-launcher-${process.pid}`);
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}
