import { byId, make } from "../element.ts";
import { printCount, printShort } from "../printed.ts";
import { parametersOf, type Size, sizes } from "../sizes.ts";
import { builtIn, type Text, textOf } from "../text.ts";
import { meshesFor, usualMesh, type Where } from "../where.ts";
import { clearProblem, showProblem } from "./problem.ts";

/** What is chosen to be trained. */
export interface Choice {
  readonly size: string;
  readonly where: Where;
  readonly steps: number;
}

/** The form that says what to train. */
export interface Setup {
  readonly choice: Choice;
  text(): Promise<Text>;
  /** Puts what a training was begun with into the form. */
  show(choice: Choice, title: string): void;
  /** While one is under way nothing can be chosen. */
  lock(locked: boolean): void;
}

/**
 * @param changed told when another model or mesh is chosen
 * @param start told when it is to be trained
 */
export function setupPanel(changed: () => void, start: () => void): Setup {
  const form = byId<HTMLFormElement>("setup");
  const field = (id: string) => byId<HTMLInputElement>(id);
  let given: Text | undefined;

  byId("sizes").append(...Object.entries(sizes).map(([id, size]) => sizeChoice(id, size)));
  const isolated = globalThis.crossOriginIsolated;
  const cores = navigator.hardwareConcurrency;
  byId("isolation").hidden = isolated;
  const mesh = byId<HTMLSelectElement>("mesh");
  for (const { mesh: value, says } of meshesFor(cores, isolated)) {
    mesh.append(make("option", { value }, `${value}: ${says}`));
  }
  mesh.value = usualMesh(cores, isolated);
  const sizeField = () => form.elements.namedItem("size") as RadioNodeList;
  const useSteps = () => {
    field("steps").value = `${sizes[sizeField().value]!.steps}`;
  };
  useSteps();

  const take = async (file: File | undefined): Promise<void> => {
    clearProblem();
    try {
      given = file && (await textOf(file));
      byId("built-in").hidden = !given;
      const facts = given
        ? `${given.title}, ${printCount(given.text.length)} characters`
        : "Moby-Dick";
      byId("text-facts").textContent = facts;
    } catch (error) {
      showProblem(error);
    }
  };
  field("file").addEventListener("change", () => void take(field("file").files?.[0]));
  byId("built-in").addEventListener("click", () => void take(undefined));
  listenForDrops(byId("drop"), (file) => void take(file));
  form.addEventListener("change", ({ target }) => {
    const { name, id } = target as HTMLInputElement;
    if (name === "size") useSteps();
    if (id !== "steps" && id !== "file") changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });

  return {
    get choice() {
      const [layout, storage] = [field("layout").value.trim(), field("storage").value.trim()];
      return {
        size: sizeField().value,
        where: {
          mesh: mesh.value,
          deterministic: field("exact").checked,
          ...(layout !== "" && { layout }),
          ...(storage !== "" && { storage }),
        },
        steps: field("steps").valueAsNumber,
      };
    },
    text: async () => given ?? builtIn(),
    show({ size, where, steps }, title) {
      sizeField().value = size;
      if (![...mesh.options].some(({ value }) => value === where.mesh)) {
        mesh.append(make("option", { value: where.mesh }, where.mesh));
      }
      mesh.value = where.mesh;
      field("layout").value = where.layout ?? "";
      field("storage").value = where.storage ?? "";
      field("exact").checked = where.deterministic;
      field("steps").value = `${steps}`;
      byId("text-facts").textContent = title;
    },
    lock(locked) {
      for (const element of form.elements) (element as HTMLInputElement).disabled = locked;
    },
  };
}

function sizeChoice(id: string, size: Size): HTMLElement {
  return make(
    "label",
    { class: "choice" },
    make("input", { type: "radio", name: "size", value: id, checked: id === "tiny" }),
    make("b", {}, size.name),
    make("span", {}, `${printShort(parametersOf(size))} parameters`),
    make("small", {}, size.says),
  );
}

function listenForDrops(place: HTMLElement, take: (file: File | undefined) => void): void {
  // A file that misses the place does not replace the page.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
  const over = (isOver: boolean) => () => place.classList.toggle("over", isOver);
  place.addEventListener("dragenter", over(true));
  place.addEventListener("dragleave", over(false));
  place.addEventListener("drop", (event) => {
    over(false)();
    take(event.dataTransfer?.files[0]);
  });
}
