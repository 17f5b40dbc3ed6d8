import { badData } from "../data/bad-data.ts";
import { bytesOf } from "../data/bytes/index.ts";
import { readRecords } from "../data/tfrecord/index.ts";
import { fields, WireError } from "../weights/tensorflow/wire.ts";
import type { Scalar } from "./events.ts";

/** What one record of a file of events says. */
export interface Event {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  /** Numbers, as float32 holds them. */
  readonly scalars: readonly Scalar[];
  /** The tags of histograms, images and whatever else is no number. */
  readonly others: readonly string[];
  /** Whether what was written before of this step and later ones is void. */
  readonly restarts: boolean;
}

/**
 * Reads a file of events, as TensorBoard's writers make them.
 *
 * @throws MtfError `bad-file` naming the byte where a checksum or a record is wrong
 * @example
 * for await (const { step, scalars } of readEvents("events.out.tfevents.1")) console.log(step, scalars);
 */
export async function* readEvents(file: string): AsyncGenerator<Event> {
  for await (const { data, offset } of readRecords(file, bytesOf(file))) {
    try {
      yield eventOf(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const at = offset + 12 + error.at;
      throw badData({ file, offset: at }, `the record is no event: ${error.message}`);
    }
  }
}

function eventOf(data: Uint8Array): Event {
  let [time, step, restarts] = [0, 0, false];
  const scalars: Scalar[] = [];
  const others: string[] = [];
  for (const field of fields(data)) {
    if (field.kind === "integer") {
      if (field.number === 2) step = field.value;
    } else if (field.number === 1) time = doubleOf(field.value);
    else if (field.number === 7) restarts = isStart(field.value);
    else if (field.number === 5) {
      for (const part of fields(field.value)) {
        if (part.number !== 1 || part.kind !== "bytes") continue;
        const { tag, value } = taggedOf(part.value);
        if (value === undefined) others.push(tag);
        else scalars.push([tag, value]);
      }
    }
  }
  return { time, step, scalars, others, restarts };
}

/** A session's start is its status 1. */
function isStart(log: Uint8Array): boolean {
  return [...fields(log)].some(({ number, value }) => number === 1 && value === 1);
}

/** A tag with its number: as such, or as TensorFlow 2 writes it, as a tensor. */
function taggedOf(bytes: Uint8Array): { readonly tag: string; readonly value: number | undefined } {
  let tag = "";
  let value: number | undefined;
  for (const field of fields(bytes)) {
    if (field.number === 1 && field.kind === "bytes") tag = new TextDecoder().decode(field.value);
    if (field.number === 2 && field.kind === "integer") value = floatOf(field.value);
    if (field.number === 8 && field.kind === "bytes") value = onlyNumberOf(field.value);
  }
  return { tag, value };
}

/** The number of a float tensor that has just one. */
function onlyNumberOf(tensor: Uint8Array): number | undefined {
  let isFloat = false;
  let value: number | undefined;
  for (const field of fields(tensor)) {
    if (field.number === 1) isFloat = field.value === 1;
    if (field.number !== 4 && field.number !== 5) continue;
    if (field.kind === "integer") value = floatOf(field.value);
    else if (field.value.length === 4) {
      const { buffer, byteOffset } = field.value;
      value = new DataView(buffer, byteOffset, 4).getFloat32(0, true);
    } else return undefined;
  }
  return isFloat ? value : undefined;
}

function floatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits % 2 ** 32);
  return view.getFloat32(0);
}

function doubleOf(bytes: Uint8Array): number {
  return bytes.length === 8
    ? new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true)
    : 0;
}
