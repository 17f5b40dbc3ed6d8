import { lower } from "mtf";
import type { LoadedModel } from "./loaded-model.ts";
import { modelOf } from "./models/index.ts";

/** What loads programs over a model's parameters where these lie. */
export function programsOf({
  config,
  devices,
  layout,
  dtype,
}: Pick<LoadedModel, "config" | "devices" | "layout"> &
  Partial<Pick<LoadedModel, "dtype">>): LoadedModel["program"] {
  return async (length, build, rows = 1) => {
    const model = modelOf(config);
    const dims = model.dims(config, rows, length);
    const [fn, rest, donate = []] = build(dims);
    const tree = model.placeholders(config, dims, dtype);
    return devices.load(lower(fn, { layout, inputs: [tree, ...rest] as const, donate }));
  };
}
