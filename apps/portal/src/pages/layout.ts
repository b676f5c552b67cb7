import { type Html, type HtmlPart, html } from "sallyport";

/** What stands on every page. */
export interface Site {
  readonly name: string;
  readonly supportEmail: string | undefined;
}

/** A whole page. `account` is what the head offers a signed-in person. */
export function layout(site: Site, title: string, body: HtmlPart, account?: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${site.name}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header class="bar"><a class="brand" href="/">${site.name}</a>${account}</header>
<main>
<h1>${title}</h1>
${body}
</main>
<footer>${supportLine(site)}</footer>
</body>
</html>
`;
}

function supportLine({ supportEmail }: Site): HtmlPart {
  return supportEmail && html`Need help? <a href="mailto:${supportEmail}">${supportEmail}</a>`;
}
