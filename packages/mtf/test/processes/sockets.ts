import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { HostArray } from "../../src/dtype.ts";
import type { Mesh } from "../../src/mesh.ts";
import { coordinateOf } from "../../src/mesh.ts";
import type { Messages } from "../../src/runtime/collectives/messages/messages.ts";
import { Aborted, deviceFailed } from "../../src/runtime/failure.ts";

// Two processes on one machine that share nothing but a socket.

/** A message is its sender, its receiver, how many bytes follow, and these. */
const headerBytes = 12;

export interface Connection {
  readonly messages: Messages;
  end(): void;
}

/** Meets the other process at a path: the first one listens. */
export async function meet(mesh: Mesh, own: 0 | 1, path: string): Promise<Connection> {
  const socket = own === 0 ? await accepted(path) : await connected(path);
  const half = Math.ceil(mesh.size / 2);
  const all = Array.from({ length: mesh.size }, (_, device) => device);
  const processes = [all.slice(0, half), all.slice(half)];
  const arrived = new Map<string, Buffer[]>();
  let over: unknown;
  let wake = () => {};

  const arrive = (from: number, to: number, bytes: Buffer) => {
    const queue = arrived.get(`${from} ${to}`) ?? [];
    arrived.set(`${from} ${to}`, queue);
    queue.push(bytes);
    wake();
  };
  const stop = (reason: unknown) => {
    over ??= reason;
    wake();
  };
  const ended = (cause: string) => {
    const number = processes[1 - own]![0]!;
    const device = { number, coordinate: coordinateOf(mesh, number) };
    stop(deviceFailed(device, "because its process ended", cause));
  };
  socket.on("end", () => ended("it closed the connection"));
  socket.on("error", (error) => ended(error.message));
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= headerBytes) {
      const [from, to, length] = [0, 4, 8].map((at) => rest.readUInt32LE(at)) as [0, 0, 0];
      const end = headerBytes + length;
      if (rest.length < end) return;
      arrive(from, to, rest.subarray(headerBytes, end));
      rest = rest.subarray(end);
    }
  });

  return {
    messages: {
      processes,
      own,
      send(from, to, numbers) {
        const bytes = Buffer.from(bytesOf(numbers));
        if (processes[own]!.includes(to)) return arrive(from, to, bytes);
        const header = Buffer.alloc(headerBytes);
        [from, to, bytes.length].forEach((number, i) => {
          header.writeUInt32LE(number, 4 * i);
        });
        socket.write(Buffer.concat([header, bytes]));
      },
      async receive(to, awaited) {
        for (const { from, into } of awaited) {
          const next = () => arrived.get(`${from} ${to}`)?.shift();
          let bytes = next();
          while (!bytes) {
            if (over) throw over;
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            bytes = next();
          }
          if (bytes.length !== into.byteLength) throw new Error("another message was awaited");
          bytesOf(into).set(bytes);
        }
      },
    },
    end() {
      stop(new Aborted());
      socket.end();
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: HostArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function accepted(path: string): Promise<Socket> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      server.close();
      resolve(socket);
    });
    server.listen(path);
  });
}

async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = connect(path);
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (open) return socket;
    await sleep(20);
  }
}
