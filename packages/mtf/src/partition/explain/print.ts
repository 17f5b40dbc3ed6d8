import { inColumns } from "../../columns.ts";
import { printPlacement } from "../../program/placement.ts";
import { printBytes, printValue } from "../../program/print.ts";
import type { Alternative } from "./alternatives.ts";
import type { ExplainedValue } from "./rows.ts";
import type { AppliedRule, Why } from "./why.ts";

/** How many alternatives a line has room for. */
const shown = 1;

/** A table: each value, what makes it, why it lies there, what that costs, and what else there was. */
export function printExplanation(values: readonly ExplainedValue[]): string {
  const head = ["value", "made by", "why it lies there", "costs", "the next best"];
  const rows = values.map((v) => [
    `%${v.id} ${printValue(v)}`,
    v.pass === "forward" ? `${v.op} ${v.line}` : `${v.op} ${v.line} ${v.pass}`,
    printWhy(v.why),
    printCost(v.seconds, v.bytes, ""),
    v.alternatives.slice(0, shown).map(printAlternative).join("; "),
  ]);
  return inColumns([head, ...rows], () => false).join("\n");
}

function printWhy(why: Why): string {
  switch (why.kind) {
    case "argument": {
      const by = [...ruleTexts("rule", why.rules), ...ruleTexts("storage rule", why.stored)];
      return by.length > 0 ? by.join(", ") : "no rule splits it";
    }
    case "rules": {
      const stuck = ruleTexts("withLayout's rule", why.stuck);
      return [...ruleTexts("rule", why.rules), ...stuck].join(", ");
    }
    case "withLayout":
      return `withLayout ${why.line}`;
    case "rests":
      return "rests as what it is computed with";
    case "whole":
      return "no rule splits it";
    case "follows":
      return `follows ${names(why.values)}`;
    case "plan":
      return `costs less than ${printPlacement(why.instead) || "whole"}`;
    case "asked": {
      const results = why.results.map((path) => (path === "" ? "the result" : `result ${path}`));
      return `for ${[...results, names(why.values)].filter((text) => text !== "").join(", ")}`;
    }
  }
}

function ruleTexts(word: string, rules: readonly AppliedRule[]): readonly string[] {
  return rules.map(([dim, axes]) => `${word} ${dim} -> ${axes.join("+")}`);
}

/** `%3, %4 and 5 more` */
function names(values: readonly number[]): string {
  const most = 3;
  const some = values.slice(0, most).map((value) => `%${value}`);
  const more = values.length - some.length;
  return more > 0 ? `${some.join(", ")} and ${more} more` : some.join(", ");
}

function printAlternative({ placement, split, seconds, bytes, repeats }: Alternative): string {
  const lies = printPlacement(placement) || "whole";
  const work = printPlacement({ split, partial: [] }) || "whole";
  const how = work === lies ? lies : `${lies} (work ${work})`;
  return `${how}: ${printCost(seconds, bytes, "+")}${repeats ? ", work repeated" : ""}`;
}

/** `12.5 µs, 4,096 B`; of differences, with their signs. */
function printCost(seconds: number, bytes: number, sign: "" | "+"): string {
  if (seconds === 0 && bytes === 0) return sign && `${sign}0`;
  const signed = (n: number, text: string) => (n < 0 ? `-${text}` : `${sign}${text}`);
  const time = signed(seconds, printSeconds(Math.abs(seconds)));
  return bytes === 0 ? time : `${time}, ${signed(bytes, printBytes(Math.abs(bytes)))}`;
}

function printSeconds(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  if (seconds >= 1e-3) return `${(seconds * 1e3).toFixed(2)} ms`;
  return `${(seconds * 1e6).toFixed(2)} µs`;
}
