import { eachRun } from "../../../backend/slices/copy.ts";
import { bytesPerElement } from "../../../dtype.ts";
import { after, type Phase } from "../../execute/device.ts";
import { closeAll, eachPart, lengthOf, openAll } from "../row.ts";
import { publishRow } from "./publishRow.ts";
import type { Scattering } from "./scattering.ts";
import { termsOf } from "./terms.ts";

/**
 * Each device shows all that it has, a segment of the row after the other, and folds what it keeps of it: many
 * wait while one folds, and nobody has to know what the others keep.
 */
export function scatterInRow({ row, device, dtype, staging, fold }: Scattering): readonly Phase[] {
  const elements = lengthOf(row);
  const capacity = staging.capacity(dtype);
  const bytes = (staging.members.length - 1) * bytesPerElement[dtype];
  const kept = new Map(row.map((part) => [part, part.kept(device.number)]));

  const foldKept = (begin: number) => {
    eachPart(row, begin, begin + capacity, (part, first, size, at) => {
      const target = part.host.result();
      const own = { numbers: part.host.operand(0), begin: first - at };
      const terms = termsOf(staging, dtype, own);
      eachRun(kept.get(part)!, first, first + size, (from, to, length) => {
        fold(terms, from - first + at, target, to, length);
        device.usage.bytesReceived += length * bytes;
      });
    });
  };

  if (elements === 0) return [() => openAll(row)];
  const publish = (begin: number) => publishRow(row, staging, device.number, dtype, begin);
  const phases: Phase[] = [() => after(openAll(row), () => publish(0))];
  for (let begin = 0; begin < elements; begin += capacity) {
    const next = begin + capacity;
    phases.push(() => {
      foldKept(begin);
      if (next < elements) publish(next);
      else closeAll(row);
    });
  }
  return phases;
}
