import { basename, sep } from "node:path";
import type { DataSummary } from "../../inspect/data.ts";
import type { EventsSummary } from "../../inspect/events.ts";
import type { ConfigSummary, Inspected } from "../../inspect/inspect.ts";
import type { RunSummary } from "../../inspect/run.ts";
import type { TokenizerSummary } from "../../inspect/tokenizer.ts";
import type { WeightsSummary } from "../../inspect/weights.ts";
import { some } from "../../some.ts";
import { asTyped } from "../as-typed.ts";

type Row = readonly (string | number)[];

/** What was found as tables for people. */
export function printInspected(found: Inspected): string {
  const { path, run, weights, config, tokenizer, events, data } = found;
  return [
    ...(run ? [`${path}: a run`, ...runLines(run)] : []),
    ...(weights ? [`${weights.file}: weights (${weights.format})`, ...weightLines(weights)] : []),
    ...(config ? [`${config.file}: config (${config.format})`, ...configLines(config)] : []),
    ...(tokenizer ? [`${tokenizer.file}: tokenizer`, ...tokenizerLines(tokenizer)] : []),
    ...(events ? [`${path}: events for TensorBoard`, ...eventLines(events)] : []),
    ...(data ? [`${path}: data`, ...dataLines(path, data)] : []),
  ].join("\n");
}

function runLines({ step, checkpoints, last, validation, settings }: RunSummary): string[] {
  const rows: Row[] = [
    ["steps", step ?? "none yet"],
    ["checkpoints", checkpoints.join(", ") || "none"],
  ];
  const number = (value: unknown): string =>
    typeof value === "number" ? String(Number(value.toPrecision(5))) : "";
  const steps = last.filter((record) => record.step !== undefined);
  return [
    ...table(rows),
    ...heading("last steps", steps),
    ...table(
      steps.length === 0
        ? []
        : [
            ["step", "loss", "learning rate", "tokens/s"],
            ...steps.map(({ step, loss, learningRate, tokensPerSecond }) => [
              step!,
              number(loss),
              number(learningRate),
              number(tokensPerSecond),
            ]),
          ],
      4,
    ),
    ...heading("validation losses", validation),
    ...table(
      validation.map(([step, loss]) => [step, number(loss)]),
      4,
    ),
    ...heading("settings", Object.keys(settings)),
    ...table(written(settings), 4),
    "",
  ];
}

function weightLines(weights: WeightsSummary): string[] {
  const { tensors, parameters, bytes, metadata, skipped, verified } = weights;
  const rows: Row[] = tensors.map(({ name, dtype, shape }) => [
    name,
    dtype,
    `[${shape.join(", ")}]`,
  ]);
  return [
    ...table(rows),
    ...heading("metadata", Object.keys(metadata)),
    ...table(written(metadata), 4),
    ...heading("not among the tensors", Object.keys(skipped)),
    ...table(Object.entries(skipped), 4),
    `  ${some(tensors.length, "tensor")}, ${some(parameters, "number")}, ${some(bytes, "byte")}`,
    ...(verified
      ? [
          `  its files: ${some(verified.bytes, "byte")}, ${verified.compared ? "as they were written" : "without checksums to compare them with"}`,
        ]
      : []),
    "",
  ];
}

function configLines({ config, notes }: ConfigSummary): string[] {
  const { training, ...model } = config;
  return [
    ...table(written(model)),
    ...(training === undefined ? [] : ["  training"]),
    ...table(written((training ?? {}) as Record<string, unknown>), 4),
    ...heading("notes", Object.keys(notes)),
    ...Object.entries(notes).map(([key, reason]) => `    ${key}: ${asTyped(reason)}`),
    "",
  ];
}

function tokenizerLines(tokenizer: TokenizerSummary): string[] {
  const { name, vocabSize, endOfText, endOfTextToken, added, merges } = tokenizer;
  return [
    ...table([
      ["name", name],
      ["vocabulary", count(vocabSize)],
      ["end of text", `${endOfText} ${JSON.stringify(endOfTextToken)}`],
      ...(merges === undefined ? [] : [["merges", count(merges)]]),
    ]),
    ...heading("added tokens", Object.keys(added ?? {})),
    ...table(
      Object.entries(added ?? {}).map(([token, id]) => [id, JSON.stringify(token)]),
      4,
    ),
    "",
  ];
}

function eventLines({ files, events, from, to, scalars, others }: EventsSummary): string[] {
  const rows: Row[] = Object.entries(scalars).map(([tag, { count: values, step, value }]) => [
    tag,
    count(values),
    step,
    typeof value !== "number" || Number.isInteger(value) ? value : Number(value.toPrecision(5)),
  ]);
  return [
    ...table([
      ["files", count(files.length)],
      ["records", count(events)],
      ["written", from === to ? (from ?? "") : `${from} to ${to}`],
    ]),
    ...heading("scalars", rows),
    ...table(rows.length > 0 ? [["tag", "values", "last step", "last value"], ...rows] : [], 4),
    ...heading("other tags", others),
    ...others.map((tag) => `    ${tag}`),
    "",
  ];
}

function dataLines(
  path: string,
  { files, documents, tokens, leftOut = [] }: DataSummary,
): string[] {
  const inside = path.endsWith(sep) ? path : path + sep;
  const rows: Row[] = files.map((file) => [
    file.file.startsWith(inside) ? file.file.slice(inside.length) : basename(file.file),
    file.format,
    some(file.bytes, "byte"),
    some(file.documents, "document"),
    contentOf(file),
  ]);
  const subsets = new Map<string, number>();
  for (const file of files) {
    for (const [name, number] of Object.entries(file.subsets ?? {})) {
      subsets.set(name, (subsets.get(name) ?? 0) + number);
    }
  }
  const ids = tokens === undefined ? "" : `, ${some(tokens, "token")}`;
  return [
    ...table(rows),
    ...heading("documents of each part", [...subsets]),
    ...table(
      [...subsets].map(([name, number]) => [name, count(number)]),
      4,
    ),
    `  ${some(files.length, "file")}, ${some(documents, "document")}${ids}`,
    ...leftOut.map((line) => `  ${line}`),
    "",
  ];
}

/** Text, ids, or both, as documents of JSON may be. */
function contentOf({ characters, tokens, type }: DataSummary["files"][number]): string {
  const ofType = type === undefined ? "" : ` of ${type}`;
  const ids =
    characters === undefined || tokens !== undefined
      ? [`${some(tokens ?? 0, "token")}${ofType}`]
      : [];
  return [...(characters === undefined ? [] : [some(characters, "character")]), ...ids].join(", ");
}

function heading(title: string, rows: readonly unknown[]): string[] {
  return rows.length > 0 ? [`  ${title}`] : [];
}

function written(values: Readonly<Record<string, unknown>>): Row[] {
  return Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

function table(rows: readonly Row[], indent = 2): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
    });
  }
  return rows.map((row) =>
    `${" ".repeat(indent)}${row.map((cell, i) => String(cell).padEnd(widths[i]!)).join("  ")}`.trimEnd(),
  );
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
