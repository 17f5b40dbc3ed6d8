import type { Bind } from "./kernel.ts";
import { rowsAlong } from "./rows.ts";

/** Running sum along a dim. */
export const cumsum: Bind<"cumsum"> = ({ over, exclusive, reverse }, [x], [result]) => {
  const rows = rowsAlong(over, x!);
  const enter = rows.enter(x!);
  const leave = rows.leave(result!);
  const attributes = { axis: rows.extents.length - 1, exclusive, reverse };
  return (arena, [tensor]) => [
    leave(arena, arena.call("Cumsum", { x: enter(arena, tensor!) }, attributes)),
  ];
};
