// How a report looks, on screens and on paper. A document of its own: nothing is shared with the pages of `aitrail ui`.

export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1c2230; --faint: #5b6475; --line: #d9dde5; --paper: #fff; --card: #f5f6f9; --good: #176b3a; --bad: #a3231f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --faint: #9aa3b5; --line: #333a48; --paper: #14171f; --card: #1c212c; --good: #6ecf97; --bad: #ff8f87; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.5rem 4rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .6rem; padding-top: .9rem; border-top: 1px solid var(--line); }
.about, .none, .why { color: var(--faint); margin: .15rem 0; max-width: 62rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.2rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; list-style: none; }
.cards li { background: var(--card); border-radius: .5rem; padding: .75rem .9rem; color: var(--faint); font-size: .85rem; }
.cards b { display: block; color: var(--ink); font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.bad, .cards li.bad b { color: var(--bad); } .good { color: var(--good); }
table { border-collapse: collapse; width: 100%; font-size: .82rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th { text-align: left; font-weight: 600; color: var(--faint); white-space: nowrap; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td.short { overflow-wrap: normal; }
.wide { overflow-x: auto; }
td:first-child, td:nth-child(2) { white-space: nowrap; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { :root { --ink: #000; --faint: #444; --line: #bbb; --paper: #fff; --card: #fff; } body { padding: 0; max-width: none; font-size: 9.5pt; } .cards li { border: 1px solid #bbb; } h2 { break-after: avoid; } tr { break-inside: avoid; } thead { display: table-header-group; } @page { margin: 16mm; } }
`.trim();
