// What Node has without being asked, and pages have not.

export { Buffer } from "buffer/";

export const process = {
  cwd: () => "/",
  env: {} as Readonly<Record<string, string | undefined>>,
  pid: 0,
  platform: "browser",
};
