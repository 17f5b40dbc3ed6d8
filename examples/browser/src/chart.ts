import * as Plot from "@observablehq/plot";

/** A loss after a step. */
export interface Point {
  readonly step: number;
  readonly loss: number;
}

/** The losses of a training so far. */
export interface Losses {
  steps: Point[];
  validations: Point[];
  /** What counting comes to, once it has been counted. */
  baseline: number | undefined;
}

/** The loss of 257 equal chances, in nats, and some room. */
const guessing = Math.log(257) + 0.15;

/** The curve of a training beside what it has to beat, as wide as there is room. */
export function lossChart(losses: Losses, until: number, width: number): Element {
  const { steps, validations, baseline } = losses;
  const narrow = width < 480;
  const chart = Plot.plot({
    width,
    height: narrow ? 240 : 300,
    marginLeft: 40,
    marginRight: 16,
    ariaLabel: "Loss by step",
    clip: true,
    style: { background: "transparent", fontSize: "12px", overflow: "visible" },
    x: { label: "step", domain: [0, Math.max(until, 1)], ticks: narrow ? 4 : 8 },
    y: { label: "loss, nats a byte", domain: rangeOf(losses), grid: true, ticks: 6 },
    marks: [
      Plot.line(steps, { x: "step", y: "loss", stroke: "var(--accent)", strokeOpacity: 0.25 }),
      Plot.line(
        steps,
        Plot.windowY(
          { k: Math.max(1, Math.min(15, steps.length)), anchor: "end" },
          { x: "step", y: "loss", stroke: "var(--accent)", strokeWidth: 2.5 },
        ),
      ),
      Plot.dot(validations, { x: "step", y: "loss", fill: "var(--second)", r: 4 }),
      ...(baseline === undefined ? [] : baselineMarks(baseline)),
    ],
  });
  return chart;
}

function baselineMarks(baseline: number): Plot.Markish[] {
  const text = `counting: ${baseline.toFixed(2)}`;
  return [
    Plot.ruleY([baseline], { stroke: "var(--ink-soft)", strokeDasharray: "4 4" }),
    Plot.text([text], {
      frameAnchor: "right",
      y: () => baseline,
      dy: -8,
      textAnchor: "end",
      fill: "var(--ink-soft)",
      text: (d: string) => d,
    }),
  ];
}

/** From what is lowest to what guessing comes to: a step that is far above goes out of the picture. */
function rangeOf({ steps, validations, baseline = 2.2 }: Losses): [number, number] {
  const all = [...steps, ...validations].map(({ loss }) => loss);
  return [Math.min(1.5, baseline - 0.3, ...all) * 0.96, guessing];
}
