import type { HostArray } from "../../dtype.ts";
import { type Koffi, loadKoffi } from "../../koffi.ts";
import type { SumOf } from "../collectives/messages/messages.ts";
import { leaveMemoryAlone } from "./memoryHooks.ts";

/** The library of MPI that this process has been started with, or found. All calls block but two: `isend`, `hasCome`. */
export interface Mpi {
  /** What it calls itself: `Open MPI v4.1.4`. */
  readonly version: string;
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** How long a request is, in bytes. */
  readonly requestBytes: number;
  /** Begins to send numbers, of less than 2 GiB, and writes down the request. */
  isend(numbers: HostArray, to: number, tag: number, request: Uint8Array): void;
  recv(numbers: HostArray, from: number, tag: number): void;
  /** Sends numbers and receives others at once. */
  exchange(sent: HostArray, to: number, into: HostArray, from: number, tag: number): void;
  /** Whether there is a message to receive. */
  hasCome(from: number, tag: number): boolean;
  /** Waits for requests, one after the other in memory. */
  waitall(count: number, requests: Uint8Array): void;
  /** Adds numbers to as many of the same type, float32, float64 or int32, in this process. */
  add(terms: HostArray, sums: HostArray): void;
  /**
   * A group of processes that add up numbers together; all of them make it.
   *
   * @param members their ranks, ascending
   */
  group(members: readonly number[]): SumOf;
  /** Waits for all processes to come to their end. */
  finalize(): void;
  /** Ends all processes, this one too. */
  abort(code: number): void;
}

/** How a family of libraries passes what MPI leaves to them. */
interface Handles {
  /** The C type of communicators and datatypes, and of requests its length. */
  readonly type: "int" | "void *";
  readonly requestBytes: number;
  readonly world: bigint | number;
  readonly byte: bigint | number;
  readonly float: bigint | number;
  readonly double: bigint | number;
  readonly int: bigint | number;
  readonly sum: bigint | number;
  /** Where statuses go that nobody reads. */
  readonly ignored: bigint | null;
}

/**
 * What a library calls itself, which it says without being used.
 *
 * @returns undefined where the file is none, or has no MPI
 */
export function mpiNamed(file: string): string | undefined {
  const koffi = loadKoffi();
  const library = koffi && load(koffi, file);
  return library && versionOf((signature) => library.native.func(signature));
}

/**
 * Opens a library and begins to use it, which a process may do once.
 *
 * @returns undefined where the file is none, or has no MPI
 */
export function joinMpi(file: string): Mpi | undefined {
  const koffi = loadKoffi();
  const library = koffi && load(koffi, file);
  if (!library) return undefined;
  const { type, requestBytes, world, byte, ignored, sum } = library.handles;
  // Handles that are written down: an address, or a number.
  const handle = () => (type === "int" ? new Int32Array(1) : new BigInt64Array(1));
  const read = (written: Int32Array | BigInt64Array) => written[0]!;
  const fn = (signature: string) => library.native.func(signature.replaceAll("Handle", type));
  const isend = fn("int MPI_Isend(const void *, int, Handle, int, int, Handle, void *)");
  const recv = fn("int MPI_Recv(void *, int, Handle, int, int, Handle, void *)");
  const sendrecv = fn(
    "int MPI_Sendrecv(const void *, int, Handle, int, int, void *, int, Handle, int, int, Handle, void *)",
  );
  const probe = fn("int MPI_Iprobe(int, int, Handle, int *, void *)");
  const waitall = fn("int MPI_Waitall(int, void *, void *)");
  const worldGroup = fn("int MPI_Comm_group(Handle, void *)");
  const include = fn("int MPI_Group_incl(Handle, int, const int *, void *)");
  const make = fn("int MPI_Comm_create_group(Handle, Handle, int, void *)");
  const allreduce = fn("int MPI_Allreduce(const void *, void *, int, Handle, Handle, Handle)");
  const reduceLocal = fn("int MPI_Reduce_local(const void *, void *, int, Handle, Handle)");
  const finalize = fn("int MPI_Finalize()");
  const abort = fn("int MPI_Abort(Handle, int)");
  const asked = (name: string) => {
    const number = new Int32Array(1);
    fn(`int ${name}(Handle, int *)`)(world, number);
    return number[0]!;
  };
  const typeOf = (numbers: HostArray) => {
    const { float, double, int } = library.handles;
    if (numbers instanceof Float32Array) return float;
    return numbers instanceof Float64Array ? double : int;
  };
  fn("int MPI_Init(void *, void *)")(null, null);
  return {
    version: versionOf(fn),
    rank: asked("MPI_Comm_rank"),
    size: asked("MPI_Comm_size"),
    requestBytes,
    isend: (numbers, to, tag, request) =>
      void isend(numbers, numbers.byteLength, byte, to, tag, world, request),
    recv: (numbers, from, tag) =>
      void recv(numbers, numbers.byteLength, byte, from, tag, world, ignored),
    exchange(sent, to, into, from, tag) {
      const [out, back] = [sent.byteLength, into.byteLength];
      sendrecv(sent, out, byte, to, tag, into, back, byte, from, tag, world, ignored);
    },
    hasCome: (from, tag) => {
      const flag = new Int32Array(1);
      probe(from, tag, world, flag, ignored);
      return flag[0] !== 0;
    },
    waitall: (count, requests) => void waitall(count, requests, ignored),
    add: (terms, sums) => void reduceLocal(terms, sums, sums.length, typeOf(sums), sum),
    group(members) {
      const [all, some, made] = [handle(), handle(), handle()];
      worldGroup(world, all);
      include(read(all), members.length, Int32Array.from(members), some);
      make(world, read(some), 0, made);
      const together = read(made);
      return (own, total) => void allreduce(own, total, own.length, typeOf(own), sum, together);
    },
    finalize: () => void finalize(),
    abort: (code) => void abort(world, code),
  };
}

function load(koffi: Koffi, file: string) {
  leaveMemoryAlone();
  try {
    // What the library loads itself looks for its symbols among all.
    const native = koffi.load(file, { global: true });
    native.func("int MPI_Init(void *, void *)");
    return { native, handles: handlesOf(native) };
  } catch {
    return undefined;
  }
}

/** What Open MPI exports as `ompi_mpi_…`. */
const names = ["comm_world", "byte", "float", "double", "int", "op_sum"] as const;

const mpichNumbers = {
  world: 0x44000000,
  byte: 0x4c00010d,
  float: 0x4c00040a,
  double: 0x4c00080b,
  int: 0x4c000405,
  sum: 0x58000003,
};

/** Open MPI's handles are addresses of what it exports; MPICH's and its kin's are numbers. */
function handlesOf(native: ReturnType<Koffi["load"]>): Handles {
  try {
    const [world, byte, float, double, int, sum] = names.map((name) =>
      native.symbol(`ompi_mpi_${name}`),
    );
    return { type: "void *", requestBytes: 8, world, byte, float, double, int, sum, ignored: null };
  } catch {
    return { type: "int", requestBytes: 4, ...mpichNumbers, ignored: 1n };
  }
}

function versionOf(fn: (signature: string) => (...args: unknown[]) => unknown): string {
  const text = new Uint8Array(8192);
  fn("int MPI_Get_library_version(void *, int *)")(text, new Int32Array(1));
  const line = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  return line.split(/[,\n]/)[0]!.trim().replace(/\s+/g, " ");
}
