import { expect, test } from "vitest";
import type { Mpi } from "./library.ts";
import { mpiMessages } from "./messages.ts";

/** What is asked of MPI: numbers by their first one. */
function logged() {
  const log: string[] = [];
  const mpi: Mpi = {
    ...{ version: "none", rank: 0, size: 3, requestBytes: 8 },
    isend: ([first], to) => void log.push(`isend ${first} to ${to}`),
    recv: ([first], from) => void log.push(`recv ${first} from ${from}`),
    exchange: ([sent], to, [into], from) =>
      void log.push(`exchange ${sent} to ${to}, ${into} from ${from}`),
    hasCome: () => false,
    waitall: (count) => void log.push(`waitall ${count}`),
    add() {},
    group: () => () => {},
    finalize() {},
    abort() {},
  };
  return { log, messages: mpiMessages(mpi, 0) };
}

const numbers = (first: number) => Float32Array.of(first, 0);

test("two ranks exchange by one call", () => {
  const { log, messages } = logged();
  for (let i = 0; i < 2; i++) {
    messages.send(0, 1, numbers(i));
    void messages.receive(0, [{ from: 1, into: numbers(10 + i) }]);
  }
  expect(log).toEqual(["exchange 0 to 1, 10 from 1", "exchange 1 to 1, 11 from 1"]);
});

test("among several, whoever receives waits for nobody to receive", () => {
  const { log, messages } = logged();
  for (const to of [1, 2]) messages.send(0, to, numbers(to));
  void messages.receive(
    0,
    [2, 1].map((from) => ({ from, into: numbers(10 + from) })),
  );
  const sent = ["isend 1 to 1", "isend 2 to 2"];
  expect(log.splice(0)).toEqual([...sent, "recv 12 from 2", "recv 11 from 1", "waitall 2"]);
  for (const from of [1, 2]) {
    messages.send(0, 1, numbers(1));
    if (from === 1) messages.send(0, 2, numbers(2));
    void messages.receive(0, [{ from, into: numbers(10) }]);
  }
  expect(log).toEqual([
    ...[...sent, "recv 10 from 1", "waitall 2"],
    ...["isend 1 to 1", "recv 10 from 2", "waitall 1"],
  ]);
});

test("what departs, or is sent by whom nothing awaits, waits for nobody", () => {
  const { log, messages } = logged();
  messages.send(0, 1, numbers(1));
  messages.depart!();
  messages.depart!();
  expect(log).toEqual(["isend 1 to 1"]);
  void messages.receive(0, [{ from: 2, into: numbers(2) }]);
  messages.send(0, 2, numbers(3));
  void messages.receive(0, []);
  expect(log.slice(1)).toEqual(["recv 2 from 2", "waitall 1", "isend 3 to 2", "waitall 1"]);
});
