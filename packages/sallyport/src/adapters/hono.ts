import type { Auth } from "../index.ts";

/** Middleware of Hono, described by what it calls. */
export type HonoMiddleware = (
  context: { readonly req: { readonly raw: Request }; readonly env?: unknown },
  next: () => Promise<void>,
) => Promise<Response | undefined>;

/** Serves our routes as middleware: `app.use(hono(auth))`. */
export function hono(auth: Auth): HonoMiddleware {
  return async (context, next) => {
    const answer = await auth.handle(context.req.raw, { address: addressOf(context.env) });
    if (!answer) await next();
    return answer;
  };
}

// What `@hono/node-server` leaves there; on another platform it is something else, or nothing.
function addressOf(env: unknown): string | undefined {
  const { incoming } = (env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return incoming?.socket?.remoteAddress;
}
