import { baselineOf } from "./baseline/baseline.ts";
import { type About, type Kept, newRun, remember, textOfRun } from "./disk/kept.ts";
import { stepsOf } from "./disk/log.ts";
import { byId } from "./element.ts";
import { startEngine } from "./engine/engine.ts";
import type { FromEngine } from "./engine/messages.ts";
import { keptPanel } from "./panels/kept.ts";
import { meshPanel } from "./panels/mesh.ts";
import { clearProblem, showProblem } from "./panels/problem.ts";
import { setupPanel } from "./panels/setup.ts";
import { talkPanel } from "./panels/talk.ts";
import { trainingPanel } from "./panels/training.ts";
import { sizes } from "./sizes.ts";
import type { Text } from "./text.ts";

/** A training that is under way. */
interface Running {
  readonly folder: string;
  readonly about: About;
  readonly text: Text;
}

let running: Running | undefined;
/** The training that the page shows, to go on with. */
let shown: Kept | undefined;

const engine = startEngine(hear);
const showMesh = meshPanel();
const training = trainingPanel();
const setup = setupPanel(
  () => void showMesh(setup.choice),
  () => void begin().catch(fail),
);
const talk = talkPanel(
  (asked) => engine.ask({ kind: "say", asked }),
  () => engine.ask({ kind: "hush" }),
);
const kept = keptPanel((run) => void goOn(run).catch(fail), talk.offer);

byId("pause").addEventListener("click", () => {
  training.status("Saving …");
  byId<HTMLButtonElement>("pause").disabled = true;
  engine.ask({ kind: "pause" });
});
byId("go-on").addEventListener("click", () => {
  if (shown) void goOn(shown).catch(fail);
});

/** Trains what is chosen, from the beginning. */
async function begin(): Promise<void> {
  const { size, where, steps } = setup.choice;
  const text = await setup.text();
  const about: About = { title: text.title, size, where, steps, baseline: undefined };
  training.begin([], steps);
  await train({ folder: await newRun(text.title, size), about, text }, false);
}

/** Goes on with a run; one that has ended gets as many steps more. */
async function goOn({ folder, about: before }: Kept): Promise<void> {
  const behind = await stepsOf(folder);
  const last = behind.at(-1)?.step ?? 0;
  const more = last >= before!.steps ? last + sizes[before!.size]!.steps : before!.steps;
  const about = { ...before!, steps: more };
  const text = { title: about.title, text: await textOfRun(folder) };
  setup.show(about, about.title);
  training.begin(behind, more);
  void showMesh(setup.choice);
  await train({ folder, about, text }, true);
}

async function train(run: Running, resume: boolean): Promise<void> {
  clearProblem();
  running = run;
  lock(true);
  training.status("Planning, and starting the workers …");
  training.baseline(run.about.baseline);
  if (run.about.baseline === undefined) void count(run).catch(showProblem);
  const { folder: out, about, text } = run;
  const { size, where, steps } = about;
  const { config } = sizes[size]!;
  const asked = { out, config, where, text: text.text, steps, sampleEvery: 50, resume };
  engine.ask({ kind: "train", asked });
  byId("training").scrollIntoView({ block: "nearest" });
}

async function count(run: Running): Promise<void> {
  const baseline = await baselineOf(run.text.text);
  training.baseline(baseline);
  if (running?.folder === run.folder) running = { ...run, about: { ...run.about, baseline } };
}

/** What the engine tells. */
function hear(told: FromEngine): void {
  switch (told.kind) {
    case "begun":
      training.status(told.step === 0 ? "Training." : `Training, from step ${told.step} on.`);
      if (running) void remember(running.folder, running.about, running.text).catch(showProblem);
      return;
    case "step":
      return training.step(told.entry);
    case "sample":
      return training.sample(told.step, told.text);
    case "note":
      return console.info(told.line);
    case "trained":
      training.status(
        told.finished
          ? `Trained: all ${told.step} steps are taken. Talk to it below.`
          : `Paused after step ${told.step}, and saved in this browser.`,
      );
      return void end().catch(showProblem);
    case "piece":
      return talk.piece(told.text);
    case "said":
      return talk.end(`${told.tokensPerSecond.toFixed(0)} tokens a second`);
    case "failed":
      return fail(new Error(told.message));
  }
}

/** What there is to do when a training has ended, however that was. */
async function end(): Promise<void> {
  const { folder, about, text } = running!;
  running = undefined;
  lock(false);
  await remember(folder, about, text);
  shown = { folder, about, name: folder, bytes: 0, speaks: true };
  byId("go-on").hidden = false;
  await kept.refresh(folder);
}

function fail(error: unknown): void {
  showProblem(error);
  if (running) training.status("The training has ended.");
  running = undefined;
  lock(false);
  talk.end("");
  void kept.refresh();
}

/** What can be done while a training is under way, and what while it is not. */
function lock(locked: boolean): void {
  for (const panel of [setup, talk, kept]) panel.lock(locked);
  byId("pause").hidden = !locked;
  byId<HTMLButtonElement>("pause").disabled = false;
  byId("go-on").hidden = true;
}

void kept.refresh().catch(showProblem);
void showMesh(setup.choice);
