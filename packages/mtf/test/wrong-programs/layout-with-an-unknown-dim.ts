import { defineLayout, defineMesh } from "mtf";
import { dims } from "./program.ts";

const mesh = defineMesh({ data: 2, model: 2 });
defineLayout({ dims, mesh, rules: { batch: "data", hiden: "model" } });
