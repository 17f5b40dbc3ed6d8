import { defineMesh } from "mtf";
import { workers } from "mtf/workers";
import { printed, type Trained, train } from "./training.ts";

/** What the test asks of the page. */
export interface Page {
  printed(mesh: string): string;
  train(mesh: string, steps: number, deterministic: boolean): Promise<Trained & Variant>;
  /** What is wrong with starting such devices. */
  errorOf(mesh: string, options?: Parameters<typeof workers>[1]): Promise<string>;
}

interface Variant {
  readonly variant: string;
}

const page: Page = {
  printed,
  async train(mesh, steps, deterministic) {
    const devices = await workers(defineMesh(mesh), { deterministic });
    try {
      return { variant: devices.variant, ...(await train(devices, mesh, steps)) };
    } finally {
      await devices.close();
    }
  },
  async errorOf(mesh, options) {
    try {
      await (await workers(defineMesh(mesh), options)).close();
      return "nothing wrong";
    } catch (error) {
      return (error as Error).message;
    }
  },
};

(globalThis as unknown as { page: Page }).page = page;
