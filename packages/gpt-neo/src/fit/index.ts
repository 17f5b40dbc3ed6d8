export { type ChosenMesh, chooseMesh, type Way } from "./choose.ts";
export { type Machine, thisMachine } from "./machine.ts";
export { meshesFor, meshesIn } from "./meshes.ts";
export { type ChooseMesh, type ModelUse, meshFor } from "./model-mesh.ts";
export { parametersIn } from "./parameters-in.ts";
