/** Where a model is trained, as the library's options say it. */
export interface Where {
  readonly mesh: string;
  /** Without one every dim is split that the mesh has an axis for. */
  readonly layout?: string;
  readonly storage?: string;
  readonly deterministic: boolean;
}

/** A mesh to choose, with what it does. */
export interface MeshChoice {
  readonly mesh: string;
  readonly says: string;
}

const several: readonly MeshChoice[] = [
  { mesh: "data:2", says: "2 workers, each half of the batch" },
  { mesh: "model:2", says: "2 workers, each half of every layer" },
  { mesh: "data:2,model:2", says: "4 workers, both ways" },
  { mesh: "data:4", says: "4 workers, each a quarter of the batch" },
  { mesh: "model:4", says: "4 workers, each a quarter of every layer" },
  { mesh: "data:8", says: "8 workers, each a row of the batch" },
];

/** The meshes that a machine has the cores for, and some that it has not. */
export function meshesFor(cores: number, isolated: boolean): readonly MeshChoice[] {
  const alone = { mesh: "data:1", says: "1 worker, which has it all" };
  if (!isolated) return [alone];
  return [alone, ...several.filter(({ mesh }) => workersOf(mesh) <= Math.max(4, cores))];
}

/** The mesh to begin with: two workers where there are two cores. */
export function usualMesh(cores: number, isolated: boolean): string {
  if (!isolated || cores < 2) return "data:1";
  return cores < 4 ? "data:2" : "data:2,model:2";
}

function workersOf(mesh: string): number {
  return [...mesh.matchAll(/:(\d+)/g)].reduce((all, [, size]) => all * Number(size), 1);
}
