import { bringIn } from "../disk/bring-in.ts";
import { removeFolder } from "../disk/folders.ts";
import { type Kept, keptModels } from "../disk/kept.ts";
import { takeOut } from "../disk/take-out.ts";
import { byId, make } from "../element.ts";
import { printBytes } from "../printed.ts";
import { clearProblem, showProblem } from "./problem.ts";

/** The list of models in this browser. */
export interface KeptPanel {
  /** Looks again at what there is. @param chosen the folder to talk to now */
  refresh(chosen?: string): Promise<void>;
  lock(locked: boolean): void;
}

/**
 * @param goOn told of a training that is to go on
 * @param offer told of all models there are
 */
export function keptPanel(
  goOn: (run: Kept) => void,
  offer: (models: readonly Kept[], chosen: string | undefined) => void,
): KeptPanel {
  const list = byId("kept");
  let locked = false;
  const lock = (isLocked: boolean) => {
    locked = isLocked;
    for (const button of list.querySelectorAll("button")) button.disabled = locked;
    byId<HTMLInputElement>("folder").disabled = locked;
  };
  /** Does what a button asks for, and tells what goes wrong. */
  const act = (action: () => Promise<void> | void) => async () => {
    clearProblem();
    try {
      await action();
    } catch (error) {
      // Who closes the browser's own dialog has changed their mind.
      if ((error as Error).name !== "AbortError") showProblem(error);
    }
  };
  const panel: KeptPanel = {
    async refresh(chosen) {
      const models = await keptModels();
      const items = models.map((model) => item(model, panel, act, goOn));
      list.replaceChildren(...(items.length > 0 ? items : [make("li", {}, "Nothing so far.")]));
      lock(locked);
      offer(models, chosen);
    },
    lock,
  };
  byId<HTMLInputElement>("folder").addEventListener("change", ({ target }) => {
    const { files } = target as HTMLInputElement;
    void act(async () => panel.refresh(await bringIn([...(files ?? [])])))();
  });
  return panel;
}

function item(
  model: Kept,
  panel: KeptPanel,
  act: (action: () => Promise<void> | void) => () => Promise<void>,
  goOn: (run: Kept) => void,
): HTMLElement {
  const { folder, name, bytes, about, speaks } = model;
  const button = (text: string, action: () => Promise<void> | void) => {
    const made = make("button", { type: "button", "aria-label": `${text}: ${name}` }, text);
    made.addEventListener("click", act(action));
    return made;
  };
  return make(
    "li",
    {},
    make("div", {}, make("b", {}, name), make("small", {}, printBytes(bytes))),
    make(
      "div",
      { class: "row" },
      ...(about ? [button("Go on", () => goOn(model))] : []),
      ...(speaks ? [button("Download", () => takeOut(folder))] : []),
      button("Remove", async () => {
        if (!confirm(`Remove ${name} from this browser?`)) return;
        await removeFolder(folder);
        await panel.refresh();
      }),
    ),
  );
}
