import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasMpi, isOpenMpi, type Launched, start } from "./mpirun.ts";

// Two network namespaces with a cable between them, and a name each: to MPI they are two hosts, which
// reach each other by TCP. The second one's disk may be another, where a folder is mounted over a folder.

const [first, second] = [`mtf-a-${process.pid}`, `mtf-b-${process.pid}`];
const net = "10.77.13";

function ip(...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync("ip", args, { encoding: "utf8" });
  return status === 0 ? undefined : `ip ${args.join(" ")}: ${error?.message ?? stderr.trim()}`;
}

/** Two hosts, until they are closed; or why there can be none here. */
export function twoHosts(folder: string): TwoHosts | { readonly why: string } {
  if (!hasMpi) return { why: "there is no mpirun" };
  if (!isOpenMpi) return { why: "only Open MPI's mpirun is told here how to reach a host" };
  const close = () => {
    for (const host of [first, second]) ip("netns", "del", host);
  };
  const cables = [`a${process.pid}`, `b${process.pid}`] as const;
  const steps = [
    ["netns", "add", first],
    ["netns", "add", second],
    ["link", "add", cables[0], "netns", first, "type", "veth", "peer", cables[1], "netns", second],
    ...[first, second].flatMap((host, i) => [
      ["-n", host, "addr", "add", `${net}.${i + 1}/24`, "dev", cables[i]!],
      ["-n", host, "link", "set", cables[i]!, "up"],
      ["-n", host, "link", "set", "lo", "up"],
    ]),
  ];
  for (const step of steps) {
    const why = ip(...step);
    if (why === undefined) continue;
    close();
    return { why };
  }
  return {
    close,
    launch(command, mounted, ranks = 1) {
      // Called as ssh is: a host, and a command for its shell.
      const agent = join(folder, "agent");
      const mount = mounted ? `mount --bind '${mounted.from}' '${mounted.over}' && ` : "";
      const inside = `hostname ${second} && ${mount}`;
      const shell = `ip netns exec ${second} unshare --uts --mount sh -c "${inside}$*"`;
      writeFileSync(agent, `#!/bin/sh\nshift\nexec ${shell}\n`);
      chmodSync(agent, 0o755);
      const byTcp = ["--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", `${net}.0/24`];
      const args = [
        ...["--host", `${net}.1:${ranks},${net}.2:${ranks}`],
        ...["--mca", "plm_rsh_agent", agent, ...byTcp],
        ...["--mca", "oob_tcp_if_include", `${net}.0/24`, "-n", `${2 * ranks}`, ...command],
      ];
      return start(args, 100_000, ["ip", "netns", "exec", first]);
    },
  };
}

export interface TwoHosts {
  /**
   * Starts a command as ranks on each.
   *
   * @param mounted a folder that the second host has in place of another
   * @param ranks on each host, 1 where nothing is said
   */
  launch(
    command: readonly string[],
    mounted?: { readonly from: string; readonly over: string },
    ranks?: number,
  ): Launched;
  close(): void;
}
