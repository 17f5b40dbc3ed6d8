import { type Evidence, MtfError, sentenceOf } from "../errors.ts";
import { instructionName } from "../program/instructionName.ts";
import { printValue } from "../program/print.ts";
import { type Instruction, type Value, writesOf } from "../program/program.ts";
import type { Device } from "./execute/device.ts";

/** Thrown on a device that gave up because another one failed. */
export class Aborted extends Error {}

/** A device failed in an instruction, and why. */
export function failureIn(
  instruction: Instruction,
  values: readonly Value[],
  device: Device,
  cause: unknown,
): MtfError {
  if (cause instanceof MtfError && cause.code === "device-failed") return cause;
  const made = madeBy(instruction).map((value) => printValue(values[value]!));
  const text = `${instructionName(instruction)} -> ${made.join(", ")}`;
  return deviceFailed(device, `in ${instructionName(instruction)}`, messageOf(cause), {
    instruction: text,
    line: instruction.origin.line,
  });
}

/** A device failed: in an instruction, or outside of any. */
export function deviceFailed(
  { number, coordinate }: Pick<Device, "number" | "coordinate">,
  where: string,
  cause: string,
  facts: { readonly instruction?: string; readonly line?: string } = {},
): MtfError {
  const at = Object.entries(coordinate).map(([axis, i]) => `${axis}=${i}`);
  const evidence: Evidence[] = [["cause", cause]];
  if (facts.line) evidence.unshift(["line", facts.line]);
  if (facts.instruction) evidence.unshift(["instruction", facts.instruction]);
  const details = { evidence, device: number, coordinate, cause, ...facts };
  const name = at.length > 0 ? `device ${number} (${at.join(", ")})` : `device ${number}`;
  return new MtfError("device-failed", `${name} failed ${where}.`, details);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What it makes, or waits for. */
function madeBy(instruction: Instruction): readonly number[] {
  return instruction.kind === "wait" ? instruction.results : writesOf(instruction);
}

/** An error as it travels between devices. */
export interface WireError {
  readonly code: MtfError["code"];
  readonly sentence: string;
  readonly details: MtfError["details"];
}

export function toWire(error: MtfError): WireError {
  return {
    code: error.code,
    sentence: sentenceOf(error),
    details: JSON.parse(JSON.stringify(error.details)),
  };
}

export function fromWire({ code, sentence, details }: WireError): MtfError {
  return new MtfError(code, sentence, details);
}
