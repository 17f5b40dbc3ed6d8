import type { Dimension } from "../dimension.ts";
import type { ArrayOf, DType, HostArray } from "../dtype.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import type { Mesh } from "../mesh.ts";
import type { Profile } from "../profile/profile.ts";
import type { Lowered } from "../program/lowered.ts";
import type { Box, Placement } from "../program/placement.ts";
import type { Program } from "../program/program.ts";
import type { Rest } from "../rest/rest.ts";

export type { Profile } from "../profile/profile.ts";
export type { ProfileRow } from "../profile/rows.ts";
export type { Trace, TraceEvent } from "../profile/trace.ts";

/**
 * A tensor on the devices of a mesh, each holding its slice. Given by `run`, taken by `run`, and
 * copied to the host by `read` alone.
 */
export interface Sharded<in out Names extends string = string, D extends DType = DType> {
  readonly dims: { readonly [N in Names]: Dimension<N> };
  readonly names: readonly Names[];
  readonly dtype: D;
  /** What it rests as, where that is narrower. It is read as float32 all the same. */
  readonly rest?: Rest | undefined;
  readonly mesh: Mesh;
  readonly placement: Placement;
  /**
   * The whole tensor, row by row in the order of `names`, in the array of its dtype: a
   * Float32Array, an Int32Array, or a Uint8Array of 0 and 1.
   *
   * @throws MtfError `poisoned` if the run that should have made it failed
   * @example
   * const logits = await run(image); // Sharded<"batch" | "class">
   * const numbers = await logits.read(); // a Float32Array
   */
  read(): Promise<ArrayOf[D]>;
  /**
   * A part of it, row by row: only the devices that hold it are asked.
   *
   * @throws MtfError `bad-argument` if the box does not lie in it; `poisoned`
   * @example
   * await logits.readBox([{ begin: 0, size: 1 }, { begin: 0, size: 10 }]); // the first row
   */
  readBox(box: Box): Promise<ArrayOf[D]>;
  /**
   * The number that a scalar is, which is freed with it. A bool is 0 or 1.
   *
   * @throws MtfError `not-a-scalar` if it has dims; `poisoned`
   * @example
   * const [next, loss] = await step(state, batch);
   * console.log(await loss.number());
   */
  number(this: Sharded<never, D>): Promise<number>;
  /** Frees its memory on the devices. Handles given up by donation need no disposal. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** A tensor on devices whose names are not known to the compiler. */
// biome-ignore lint/suspicious/noExplicitAny: Sharded is invariant in its names; this is its top type
export type AnySharded = Sharded<any, DType> | Sharded<never, DType>;

/**
 * Where an input's numbers come from. A device asks only for its own box: an array is cut, a file
 * is read by byte ranges, a function is called with the box. A number is for scalars only.
 */
export type Source = HostArray | readonly number[] | number | FileSource | BoxSource;

/** Raw little-endian numbers of the input's dtype, row by row in the order of its dims. */
export interface FileSource {
  readonly file: string;
  /** Bytes before the first number. */
  readonly offset: number;
  /** How the file stores them, where that is not the input's dtype. */
  readonly stored?:
    | "float32"
    | "float16"
    | "bfloat16"
    | "float64"
    | "int32"
    | "int64"
    | "bool"
    | undefined;
  /**
   * What `openBytes` told of the file when somebody found out what lies where in it: devices refuse a file
   * that is another by now.
   */
  readonly stamp?: string | undefined;
}

/** Numbers by boxes of the tensor, each row by row in the order of the dims that are wanted. */
export interface BoxSource {
  readonly box: (box: Box, wanted: WantedTensor) => HostArray | Promise<HostArray>;
}

/** The whole tensor that a source is to fill. */
export interface WantedTensor {
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  /** What float32 numbers are to be rounded to. A Uint16Array of its bits is taken as it is. */
  readonly rest?: Rest | undefined;
}

/** A tree of tensors as it is given to a run. */
export type Fed<T> =
  T extends Tensor<infer Names, infer D>
    ? Sharded<Names, D> | SourceFor<Names>
    : T extends object
      ? { readonly [K in keyof T]: Fed<T[K]> }
      : T;

/**
 * Where the numbers of a tensor with these names come from: one number is no matrix. Of names that
 * the compiler does not know there may be none.
 */
export type SourceFor<Names extends string> = [Names] extends [never]
  ? Source
  : string extends Names
    ? Source
    : Exclude<Source, number>;

/** A tree of tensors as a run gives it. */
export type Held<T> =
  T extends Tensor<infer Names, infer D>
    ? Sharded<Names, D>
    : T extends object
      ? { readonly [K in keyof T]: Held<T[K]> }
      : T;

/** A tree of tensors as numbers that are still to be put on devices. */
export type Sources<T> =
  T extends Tensor<infer Names, infer _>
    ? SourceFor<Names>
    : T extends object
      ? { readonly [K in keyof T]: Sources<T[K]> }
      : T;

/** The number of an argument: `0 | 1` of two. */
export type Position<Arguments extends readonly unknown[]> = number extends Arguments["length"]
  ? number
  : Exclude<Partial<Arguments>["length"], Arguments["length"]> & number;

/**
 * A program loaded on devices. Given numbers are copied when it is called, and the handles of
 * donated inputs are gone from then on. A run need not have ended when its promise resolves: its
 * results may be given to the next run at once, so that the devices never wait for the caller.
 * What goes wrong meanwhile is thrown by whatever is asked next.
 *
 * @throws MtfError `wrong-input` before anything is given up; `device-failed` if a device failed in
 * this run or one before, after which the devices are of no use any more
 */
export interface Run<Arguments extends readonly unknown[], Result> {
  (...inputs: { readonly [K in keyof Arguments]: Fed<Arguments[K]> }): Promise<Held<Result>>;
  /**
   * Puts one argument on the devices, where the program wants it, to be given to any number of runs.
   *
   * @throws MtfError `wrong-input` if its numbers do not fit
   * @example
   * const weights = await run.put(0, numbers);
   * for (const batch of batches) await run(weights, batch);
   */
  put<I extends Position<Arguments>>(
    argument: I,
    data: Sources<Arguments[I]>,
  ): Promise<Held<Arguments[I]>>;
  /**
   * How often each round, condition and branch ran in the last run whose promise has resolved: those
   * of which only a run can tell, in the order of the ledger's `unknowns`.
   *
   * @throws MtfError `bad-argument` if the program was unloaded; `device-failed`
   * @example
   * const moved = ledger(search.program).bytesAfter(await run.rounds());
   */
  rounds(): Promise<readonly number[]>;
  /** Forgets the program on the devices. Runs that still wait for their inputs are rejected. */
  unload(): Promise<void>;
}

/** How tensors that devices hold get to where a program wants them. */
export interface Reshard<T> {
  /** What moves them, collective by collective; for `ledger` and `memoryPlan` too. */
  readonly program: Program;
  /** Bytes that all devices together will receive from others. */
  readonly bytes: number;
  /** Moves them. What is given stays the caller's, unless it was donated. */
  run(): Promise<Held<T>>;
  /** The program as text. */
  toString(): string;
}

export interface ReshardOptions {
  /** Give up what is moved, so that no tensor takes up memory twice for longer than it moves. */
  readonly donate?: boolean | undefined;
}

export interface LoadOptions {
  /** Load the program even if there is not enough memory to run it. */
  readonly force?: boolean | undefined;
}

/** The devices of a mesh, in whatever way they run. */
export interface Devices {
  readonly mesh: Mesh;
  /** The backend's variant of kernels, the same on all devices. */
  readonly variant: string;
  /**
   * How many runs may be sent before the devices are at them: 0 where the caller's thread is theirs, and
   * nothing is gained by sending one early.
   */
  readonly ahead: number;
  /**
   * Loads a program on all devices.
   *
   * @throws MtfError `bad-mesh` if it was lowered for another mesh; `out-of-memory`, before anything is
   * loaded, if `memoryPlan` says that it cannot fit into what the backend or the machine can hold
   * @example
   * const run = await devices.load(lower(step, { layout, inputs }));
   */
  load<Arguments extends readonly unknown[], Result>(
    lowered: Lowered<Arguments, Result>,
    options?: LoadOptions,
  ): Promise<Run<Arguments, Result>>;
  /** Puts one tensor on the devices under a placement. */
  put(tensor: AnyTensor, placement: Placement, source: Source): Promise<Sharded>;
  /**
   * Puts a tree of tensors on the devices as the results of a lowered function would lie there,
   * without running it.
   *
   * @param sourceOf where the numbers come from, by a tensor's path in the result
   * @throws MtfError `bad-mesh` if the function was lowered for another mesh; `wrong-input`
   * @example
   * const begin = lower(() => ({ w: zeros([pixel, hidden]) }), { layout, inputs: [] });
   * const params = await devices.putTree(begin, (path) => ({ file: `${path}.bin`, offset: 0 }));
   */
  putTree<Arguments extends readonly unknown[], Result>(
    lowered: Lowered<Arguments, Result>,
    sourceOf: (path: string, tensor: AnyTensor) => Source,
  ): Promise<Held<Result>>;
  /**
   * Plans how what these devices hold gets to where another program wants an argument. Nothing moves
   * before the plan is run.
   *
   * @param held a tree of handles, like the argument
   * @throws MtfError `wrong-input` if the argument is another tree, of other dims or dtypes
   * @example
   * const plan = devices.reshard(state.params, generate, 0);
   * console.log(plan.bytes);
   * const params = await plan.run();
   */
  reshard<Arguments extends readonly unknown[], I extends Position<Arguments>>(
    held: Held<Arguments[I]>,
    to: Lowered<Arguments, unknown>,
    argument: I,
    options?: ReshardOptions,
  ): Reshard<Arguments[I]>;
  /** What every device holds, has held at most, and has received from others since the start. */
  usage(): Promise<readonly DeviceUsage[]>;
  /**
   * Runs some work, and tells what every device did when in the programs that it ran: a table by op
   * and line of source, and a trace. Taking it down costs about a microsecond for each instruction.
   *
   * @throws MtfError `bad-argument` while another profile is taken; what the work throws
   * @example
   * const profile = await devices.profile(() => run(state, batch));
   * console.log(`${profile}`);
   */
  profile(work: () => Promise<unknown>): Promise<Profile>;
  /** Stops the devices and frees all they hold. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DeviceUsage {
  /** By the backend's own counters. */
  readonly buffers: number;
  readonly bytes: number;
  /** The most bytes held after any instruction since the last call. */
  readonly peakBytes: number;
  /** Bytes that collectives copied from other devices, counted by the copying loops. */
  readonly bytesReceived: number;
}
