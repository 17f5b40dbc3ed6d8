import { inColumns } from "../columns.ts";
import type { Profile } from "./profile.ts";
import type { ProfileRow } from "./rows.ts";

/** As many rows stand in the table by themselves; the others are one. */
const mostRows = 30;

const head = ["op", "line", "times", "ms", "share", "GFLOP/s", "GB/s", "waiting ms"];

/** A profile as text: a line for each op and line of source, what took longest first. */
export function printProfile({ rows, milliseconds, devices, variant }: Profile): string {
  const took = (some: readonly ProfileRow[]) =>
    some.reduce((sum, row) => sum + row.milliseconds + row.waited, 0);
  const share = (part: number) =>
    milliseconds > 0 ? `${((100 * part) / milliseconds).toFixed(1)} %` : "";
  const [shown, others] = [rows.slice(0, mostRows), rows.slice(mostRows)];
  const rest = (name: string, part: number) => {
    return [name, "", "", part.toFixed(2), share(part), "", "", ""];
  };
  const cells = [
    head,
    ...shown.map((row) => [
      row.pass === "forward" ? row.op : `${row.op} ${row.pass}`,
      row.line,
      count(row.times),
      row.milliseconds.toFixed(2),
      share(row.milliseconds + row.waited),
      ...speeds(row),
      row.collective ? row.waited.toFixed(2) : "",
    ]),
    ...(others.length > 0 ? [rest(`${others.length} others`, took(others))] : []),
    rest("between instructions", Math.max(0, milliseconds - took(rows))),
  ];
  const of = devices === 1 ? "one device" : `${devices} devices, per device`;
  return [
    `${milliseconds.toFixed(2)} ms on ${of} (${variant})`,
    ...inColumns(cells, (column) => column >= 2),
    ...notesOf(variant),
  ].join("\n");
}

/** What is done in some rounds is not done equally often on all devices. */
function count(times: number): string {
  return Number.isInteger(times) ? `${times}` : times.toFixed(1);
}

/** Operations where there are many for each byte, else bytes. Views cost next to nothing: they have no speed. */
function speeds({ operations, bytes, milliseconds }: ProfileRow): readonly [string, string] {
  const perSecond = (n: number) => (n / milliseconds / 1e6).toFixed(2);
  if (milliseconds < 0.005 || bytes === 0) return ["", ""];
  return operations > bytes ? [perSecond(operations), ""] : ["", perSecond(bytes)];
}

function notesOf(variant: string): readonly string[] {
  return variant.startsWith("webgpu")
    ? [
        "A GPU does what it is given later: times are those of giving it, and of waiting for numbers.",
      ]
    : [];
}
