/** The portal's one style sheet: no fonts, no images, no script. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --sheet: #ffffff; --ink: #1c2024; --quiet: #5b636b; --line: #dfe2e5;
  --accent: #0b5c8c; --on-accent: #ffffff; --good: #e7f3ea; --bad: #fbe9e7;
  font: 100%/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --sheet: #1c2024; --ink: #e8eaec; --quiet: #a3abb3; --line: #343a40;
    --accent: #7cc0ea; --on-accent: #10202b; --good: #1b3324; --bad: #3b211e; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column;
  background: var(--ground); color: var(--ink); }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
  gap: .5rem 1.5rem; padding: .75rem 1.25rem; background: var(--sheet); border-bottom: 1px solid var(--line); }
.brand { color: inherit; font-weight: 650; text-decoration: none; }
.account { display: flex; align-items: center; gap: .75rem; }
main { width: 100%; max-width: 58rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; flex: 1; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 0 0 .25rem; font-size: 1rem; }
p { max-width: 42rem; }
a { color: var(--accent); }
button, .button { display: inline-block; padding: .6rem 1.1rem; font: inherit; font-weight: 600;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
  border-radius: .5rem; text-decoration: none; cursor: pointer; }
.account span { overflow-wrap: anywhere; }
.account button, .sessions button { white-space: nowrap; padding: .35rem .8rem; color: var(--ink); background: transparent;
  border-color: var(--line); font-weight: 500; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.notice { max-width: 42rem; margin: 0 0 1.5rem; padding: .9rem 1.1rem; border-radius: .6rem; }
.notice p { margin: .25rem 0; }
.notice li { overflow-wrap: anywhere; }
.notice ul { margin: .25rem 0 0; padding-left: 1.2rem; }
.refused { background: var(--bad); }
.changes { background: var(--good); }
.refused ~ .changes { background: var(--sheet); box-shadow: inset 0 0 0 1px var(--line); }
.quiet { color: var(--quiet); font-size: .9em; }
table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--sheet);
  border: 1px solid var(--line); border-radius: .6rem; overflow: hidden; }
th, td { padding: .7rem 1rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: .85rem; font-weight: 600; }
tbody th { min-width: 13rem; font-weight: 600; overflow-wrap: anywhere; }
td .quiet { display: block; min-width: 10rem; }
time { white-space: nowrap; }
.state { padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem;
  color: var(--quiet); font-size: .8rem; font-weight: 500; white-space: nowrap; }
.sessions { margin-top: 2.5rem; }
.sessions ul { list-style: none; margin: .75rem 0 1rem; padding: 0; background: var(--sheet);
  border: 1px solid var(--line); border-radius: .6rem; }
.sessions li { display: flex; align-items: center; justify-content: space-between;
  gap: .75rem; padding: .7rem 1rem; border-top: 1px solid var(--line); }
.sessions li:first-child { border-top: 0; }
footer { padding: 1rem 1.25rem; color: var(--quiet); font-size: .9rem; text-align: center; }
@media (max-width: 40rem) {
  .account { flex: 1 0 auto; max-width: 100%; justify-content: space-between; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: block; padding: .6rem 0; border-top: 1px solid var(--line); }
  tbody tr:first-child { border-top: 0; }
  tbody th, tbody td { padding: .2rem 1rem; border: 0; }
  tbody th { display: flex; min-width: 0; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; }
  tbody td { display: grid; grid-template-columns: 5.5rem 1fr; gap: 0 1rem; }
  tbody td::before { content: attr(data-label); color: var(--quiet); }
  td .quiet { grid-column: 2; min-width: 0; }
  main .button { display: block; width: 100%; text-align: center; }
}
`;
