/**
 * What a pickle holds. Globals are names, never looked up: nothing that a pickle asks for is run.
 */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "tuple"; readonly items: readonly Pickled[] }
  | { readonly kind: "list"; readonly items: Pickled[] }
  | { readonly kind: "dict"; readonly entries: [key: Pickled, value: Pickled][] }
  | { readonly kind: "global"; readonly name: string }
  /** What `Meaning` made of a call or of a persistent id. */
  | { readonly kind: "made"; readonly value: unknown };

/** What the few things mean that a pickle cannot say by itself. */
export interface Meaning {
  /** Whether a global, `module.name`, may be mentioned at all. */
  known(name: string): boolean;
  /** The object behind a persistent id. */
  persistent(id: Pickled): Pickled;
  /** The result of calling a known global. */
  call(name: string, args: readonly Pickled[]): Pickled;
}

/** Why and where (in bytes) a pickle is not read. */
export class PickleError extends Error {
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** What an opcode works on. */
interface Machine {
  readonly stack: Pickled[];
  readonly marks: number[];
  readonly memo: Map<number, Pickled>;
  readonly meaning: Meaning;
  /** The next `size` bytes. */
  take(size: number): DataView;
  /** The next bytes up to a line break. */
  line(): string;
  text(size: number): string;
  pop(): Pickled;
  top(): Pickled;
  /** Everything above the last mark. */
  popMark(): Pickled[];
  fail(reason: string): PickleError;
}

type Operation = (m: Machine) => void;

const bytes = (m: Machine, size: number): Pickled => {
  const { buffer, byteOffset } = m.take(size);
  return { kind: "bytes", bytes: new Uint8Array(buffer, byteOffset, size) };
};
const tuple = (items: readonly Pickled[]): Pickled => ({ kind: "tuple", items });
const length64 = (m: Machine): number => Number(m.take(8).getBigUint64(0, true));

/** By their letters in Python's pickletools, in its order. */
const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // Numbers and constants.
  [0x4a, (m) => m.stack.push(m.take(4).getInt32(0, true))],
  [0x4b, (m) => m.stack.push(m.take(1).getUint8(0))],
  [0x4d, (m) => m.stack.push(m.take(2).getUint16(0, true))],
  [0x8a, (m) => m.stack.push(long(m, m.take(1).getUint8(0)))],
  [0x47, (m) => m.stack.push(m.take(8).getFloat64(0))],
  [0x4e, (m) => m.stack.push(null)],
  [0x88, (m) => m.stack.push(true)],
  [0x89, (m) => m.stack.push(false)],
  // Texts and bytes.
  [0x58, (m) => m.stack.push(m.text(m.take(4).getUint32(0, true)))],
  [0x8c, (m) => m.stack.push(m.text(m.take(1).getUint8(0)))],
  [0x8d, (m) => m.stack.push(m.text(length64(m)))],
  [0x55, (m) => m.stack.push(m.text(m.take(1).getUint8(0)))],
  [0x54, (m) => m.stack.push(m.text(m.take(4).getUint32(0, true)))],
  [0x43, (m) => m.stack.push(bytes(m, m.take(1).getUint8(0)))],
  [0x42, (m) => m.stack.push(bytes(m, m.take(4).getUint32(0, true)))],
  [0x8e, (m) => m.stack.push(bytes(m, length64(m)))],
  // Lists, tuples, dicts.
  [0x5d, (m) => m.stack.push({ kind: "list", items: [] })],
  [0x61, (m) => append(m, [m.pop()])],
  [0x65, (m) => append(m, m.popMark())],
  [0x29, (m) => m.stack.push(tuple([]))],
  [0x74, (m) => m.stack.push(tuple(m.popMark()))],
  [0x85, (m) => m.stack.push(tuple([m.pop()]))],
  [0x86, (m) => m.stack.push(tuple([m.pop(), m.pop()].reverse()))],
  [0x87, (m) => m.stack.push(tuple([m.pop(), m.pop(), m.pop()].reverse()))],
  [0x7d, (m) => m.stack.push({ kind: "dict", entries: [] })],
  [0x73, (m) => setItems(m, [m.pop(), m.pop()].reverse())],
  [0x75, (m) => setItems(m, m.popMark())],
  // The stack and the memo.
  [0x28, (m) => m.marks.push(m.stack.length)],
  [0x30, (m) => m.pop()],
  [0x31, (m) => m.popMark()],
  [0x32, (m) => m.stack.push(m.top())],
  [0x71, (m) => m.memo.set(m.take(1).getUint8(0), m.top())],
  [0x72, (m) => m.memo.set(m.take(4).getUint32(0, true), m.top())],
  [0x94, (m) => m.memo.set(m.memo.size, m.top())],
  [0x68, (m) => m.stack.push(remembered(m, m.take(1).getUint8(0)))],
  [0x6a, (m) => m.stack.push(remembered(m, m.take(4).getUint32(0, true)))],
  // Names, calls and state.
  [0x63, (m) => mention(m, `${m.line()}.${m.line()}`)],
  [0x93, (m) => mention(m, [m.pop(), m.pop()].reverse().join("."))],
  [0x51, (m) => m.stack.push(m.meaning.persistent(m.pop()))],
  [0x52, (m) => call(m)],
  [0x62, (m) => build(m)],
  // The protocol's version, and frames, which only help to read ahead.
  [0x80, (m) => void m.take(1)],
  [0x95, (m) => void m.take(8)],
]);

const stop = 0x2e;

/**
 * Reads a pickle without running anything.
 *
 * @throws PickleError for an unknown global or opcode, and where the pickle is damaged
 * @example
 * unpickle(Uint8Array.of(0x80, 2, 0x4b, 7, 0x2e), meaning); // 7
 */
export function unpickle(pickle: Uint8Array, meaning: Meaning): Pickled {
  const view = new DataView(pickle.buffer, pickle.byteOffset, pickle.byteLength);
  const decoder = new TextDecoder();
  let at = 0;
  let opcodeAt = 0;
  const fail = (reason: string): PickleError => new PickleError(reason, opcodeAt);
  const take = (size: number): DataView => {
    if (size > view.byteLength - at) throw fail("it ends within a value");
    at += size;
    return new DataView(view.buffer, view.byteOffset + at - size, size);
  };
  const stack: Pickled[] = [];
  const marks: number[] = [];
  const machine: Machine = {
    stack,
    marks,
    memo: new Map(),
    meaning,
    take,
    text: (size) => decoder.decode(take(size)),
    line() {
      const end = pickle.indexOf(0x0a, at);
      if (end < 0) throw fail("a name has no end");
      const text = decoder.decode(pickle.subarray(at, end));
      at = end + 1;
      return text;
    },
    top() {
      const value = stack.at(-1);
      if (value === undefined || stack.length <= (marks.at(-1) ?? 0)) throw fail("a value lacks");
      return value;
    },
    pop() {
      const value = machine.top();
      stack.pop();
      return value;
    },
    popMark() {
      const mark = marks.pop();
      if (mark === undefined) throw fail("a mark lacks");
      return stack.splice(mark);
    },
    fail,
  };
  for (;;) {
    opcodeAt = at;
    if (at >= pickle.byteLength) throw fail("it ends early");
    const opcode = pickle[at++]!;
    if (opcode === stop) return machine.pop();
    const operation = operations.get(opcode);
    if (!operation) {
      throw fail(`opcode 0x${opcode.toString(16).padStart(2, "0")} is not needed for tensors`);
    }
    operation(machine);
  }
}

function long(m: Machine, size: number): Pickled {
  const view = m.take(size);
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(i));
  value = BigInt.asIntN(size * 8, value);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function append(m: Machine, items: readonly Pickled[]): void {
  const list = m.top();
  if (!isKind(list, "list")) throw m.fail("values are appended to what is no list");
  for (const item of items) list.items.push(item);
}

function setItems(m: Machine, flat: readonly Pickled[]): void {
  const dict = m.top();
  if (!isKind(dict, "dict")) throw m.fail("keys are set in what is no dict");
  if (flat.length % 2 !== 0) throw m.fail("a key has no value");
  for (let i = 0; i < flat.length; i += 2) dict.entries.push([flat[i]!, flat[i + 1]!]);
}

function remembered(m: Machine, key: number): Pickled {
  const value = m.memo.get(key);
  if (value === undefined) throw m.fail(`value ${key} is used, but was never kept`);
  return value;
}

function mention(m: Machine, name: string): void {
  if (!m.meaning.known(name)) {
    const printed = JSON.stringify(name.slice(0, 100));
    throw m.fail(`it asks for ${printed}, which no tensor needs; nothing is run`);
  }
  m.stack.push({ kind: "global", name });
}

function call(m: Machine): void {
  const args = m.pop();
  const global = m.pop();
  if (!isKind(global, "global") || !isKind(args, "tuple")) throw m.fail("a call of no function");
  m.stack.push(m.meaning.call(global.name, args.items));
}

/** Attributes: of a dict of tensors, notes about modules that say nothing about the numbers. */
function build(m: Machine): void {
  m.pop();
  if (!isKind(m.top(), "dict")) throw m.fail("it sets attributes of what is no dict");
}

/** Whether a value is of a kind. */
export function isKind<K extends Extract<Pickled, { kind: string }>["kind"]>(
  value: Pickled | undefined,
  kind: K,
): value is Extract<Pickled, { readonly kind: K }> {
  return value !== null && typeof value === "object" && value.kind === kind;
}
