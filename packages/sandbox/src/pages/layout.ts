import { createHash } from "node:crypto";
import type { Answer } from "../answer.ts";
import { Html, html } from "./html.ts";

const style = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #566072; --line: #d5dae3; --paper: #f6f7f9;
  --card: #fff; --accent: #1d5fbf; --on-accent: #fff; --note: #fff3d6; --note-line: #e0b84c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #a5adbb; --line: #3a4250;
  --paper: #14181f; --card: #1d232d; --accent: #8ab8ff; --on-accent: #10151d; --note: #3a3015;
  --note-line: #8a6d1f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: .5rem 0; }
.note { background: var(--note); border: 1px solid var(--note-line); border-radius: .5rem;
  padding: .6rem .9rem; margin: 0 0 1.5rem; }
.people { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: 1rem; }
.people > li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1rem; }
.soft, .networks { color: var(--soft); font-size: .925rem; }
.networks { margin: .5rem 0; padding-left: 1.1rem; }
form { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-top: .9rem; }
label { font-size: .875rem; color: var(--soft); flex: 1 1 12rem; }
select, button { font: inherit; color: inherit; border: 1px solid var(--line); border-radius: .5rem;
  padding: .5rem .8rem; min-height: 2.75rem; background: var(--card); }
select { display: block; width: 100%; margin-top: .2rem; color: var(--ink); }
button { cursor: pointer; }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent);
  font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; background: var(--card); border: 1px solid var(--line);
  border-radius: .5rem; padding: .75rem; margin: .5rem 0; }
`;

// No form-action: in Chromium it would also hold back the redirect that follows the form's POST,
// which leads to the application. https://github.com/w3c/webappsec-csp/issues/8
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A page around its content, with the policy that lets nothing run in it. */
export function page(status: number, title: string, content: Html): Answer {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;
  return {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      // PeeringDB's: an application that goes "back" by the Referer ends up at PeeringDB.
      // https://github.com/peeringdb/peeringdb/blob/3b79bdd1/mainsite/settings/__init__.py#L1132
      "Referrer-Policy": "strict-origin-when-cross-origin",
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
    body: String(document),
  };
}

/** What stands at the top of each page, so that nobody takes the sandbox for the real one. */
export const notPeeringDb = html`<p class="note"><strong>This is a sandbox, not PeeringDB.</strong>
Nobody here is real, and no password is asked.</p>`;
