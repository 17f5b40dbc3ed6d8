import type { Kept } from "../disk/kept.ts";
import { byId, make } from "../element.ts";
import type { ToSay } from "../engine/messages.ts";

/** The form that has a model write. */
export interface Talk {
  /** The models there are to talk to. */
  offer(models: readonly Kept[], chosen: string | undefined): void;
  piece(text: string): void;
  /** What was asked for has been written. */
  end(told: string): void;
  /** While a model is trained, none speaks. */
  lock(locked: boolean): void;
}

export function talkPanel(say: (asked: ToSay) => void, hush: () => void): Talk {
  const written = byId("written");
  const button = byId<HTMLButtonElement>("say");
  const select = byId<HTMLSelectElement>("model");
  let locked = false;
  let speaks = false;
  let seed = 0;
  const update = () => {
    button.disabled = locked || speaks || select.value === "";
    byId("hush").hidden = !speaks;
  };
  byId("talk-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const prompt = byId<HTMLTextAreaElement>("prompt").value;
    written.replaceChildren(make("b", {}, prompt));
    byId("said").textContent = "loading the model …";
    speaks = true;
    update();
    say({
      folder: select.value,
      prompt,
      temperature: byId<HTMLInputElement>("temperature").valueAsNumber,
      length: byId<HTMLInputElement>("length").valueAsNumber,
      seed: seed++,
    });
  });
  byId("hush").addEventListener("click", hush);
  return {
    offer(models, chosen) {
      const before = chosen ?? select.value;
      const options = models
        .filter((model) => model.speaks)
        .map(({ folder, name }) => make("option", { value: folder }, name));
      const none = make("option", { value: "", disabled: true }, "none so far");
      select.replaceChildren(...(options.length > 0 ? options : [none]));
      if (options.some(({ value }) => value === before)) select.value = before;
      update();
    },
    piece(text) {
      byId("said").textContent = "";
      written.append(text);
    },
    end(told) {
      byId("said").textContent = told;
      speaks = false;
      update();
    },
    lock(isLocked) {
      locked = isLocked;
      update();
    },
  };
}
