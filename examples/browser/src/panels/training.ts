import type { StepEntry } from "gpt-neo";
import { type Losses, lossChart } from "../chart.ts";
import { byId, make } from "../element.ts";
import { printBytes, printCount } from "../printed.ts";

/** What a training shows of itself. */
export interface TrainingPanel {
  /** Begins anew, with the steps that are behind it. */
  begin(behind: readonly StepEntry[], until: number): void;
  step(entry: StepEntry): void;
  sample(step: number, text: string): void;
  baseline(loss: number | undefined): void;
  /** Tells, to those who listen too, what is going on. */
  status(text: string): void;
}

/** Milliseconds between two drawings of the curve. */
const redrawEvery = 250;

/** Steps between two sentences for those who listen. */
const sayEvery = 100;

export function trainingPanel(): TrainingPanel {
  const losses: Losses = { steps: [], validations: [], baseline: undefined };
  let until = 100;
  let drawing = false;
  const place = byId("chart");
  const draw = () => {
    drawing = false;
    place.replaceChildren(lossChart(losses, until, place.clientWidth || 600));
  };
  const redraw = () => {
    if (drawing) return;
    drawing = true;
    setTimeout(() => requestAnimationFrame(draw), redrawEvery);
  };
  new ResizeObserver(redraw).observe(place);

  const take = ({ step, loss, validationLoss }: StepEntry) => {
    losses.steps.push({ step, loss });
    if (validationLoss !== undefined) losses.validations.push({ step, loss: validationLoss });
  };
  const show = (id: string, text: string) => {
    byId(id).textContent = text;
  };
  const panel: TrainingPanel = {
    begin(behind, last) {
      losses.steps = [];
      losses.validations = [];
      until = last;
      byId("samples").replaceChildren();
      for (const id of ["loss", "validation", "rate"]) show(id, "–");
      for (const entry of behind) take(entry);
      redraw();
    },
    step(entry) {
      const { step, loss, validationLoss, tokensPerSecond, bytesMoved } = entry;
      take(entry);
      show("loss", loss.toFixed(3));
      show("rate", printCount(tokensPerSecond));
      if (validationLoss !== undefined) show("validation", validationLoss.toFixed(3));
      const progress = byId<HTMLProgressElement>("progress");
      [progress.value, progress.max] = [step, until];
      show("moved", `Step ${step} moved ${printBytes(bytesMoved)} between the workers.`);
      if (step % sayEvery === 0) panel.status(`Step ${step} of ${until}: loss ${loss.toFixed(2)}.`);
      redraw();
    },
    sample(step, text) {
      byId("samples").prepend(
        make("li", { value: step }, make("span", {}, `step ${step}`), make("q", {}, text.trim())),
      );
    },
    baseline(loss) {
      losses.baseline = loss;
      show("baseline", loss === undefined ? "counting …" : loss.toFixed(3));
      redraw();
    },
    status: (text) => show("status", text),
  };
  redraw();
  return panel;
}
