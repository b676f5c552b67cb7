import type { Auth } from "../index.ts";

/** Middleware of Hono, described by what it calls. */
export type HonoMiddleware = (
  context: { readonly req: { readonly raw: Request } },
  next: () => Promise<void>,
) => Promise<Response | undefined>;

/** Serves our routes as middleware: `app.use(hono(auth))`. */
export function hono(auth: Auth): HonoMiddleware {
  return async (context, next) => {
    const answer = await auth.handle(context.req.raw);
    if (!answer) await next();
    return answer;
  };
}
