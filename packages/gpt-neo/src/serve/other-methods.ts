import type { FastifyInstance } from "fastify";
import { RequestError } from "./request-error.ts";

/** Refuses an endpoint's other methods with 405, which names those that there are. */
export function refuseOtherMethods(
  app: FastifyInstance,
  url: string,
  methods: readonly string[],
): void {
  const allowed = methods.join(", ");
  app.route({
    url,
    method: app.supportedMethods.filter((method) => !methods.includes(method)),
    handler: async (_, reply) => {
      reply.header("allow", allowed);
      throw new RequestError(`this endpoint answers ${allowed} alone.`, { status: 405 });
    },
  });
}
