/** The style sheet of `report.html`, in light and dark. */
export const htmlStyle = `
:root { color-scheme: light dark; --red: #b3261e; --amber: #8a5a00; --green: #1b6e3c; }
@media (prefers-color-scheme: dark) { :root { --red: #ff8a80; --amber: #ffc766; --green: #7bd88f; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; border-left: .4rem solid; padding-left: .8rem; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .15rem 1.2rem .15rem 0; }
pre { font: 13px/1.5 ui-monospace, monospace; border-left: .25rem solid; padding-left: .8rem; overflow-x: auto; }
.broken, .no-verdict { color: var(--red); } .finding, .unknown { color: var(--amber); } .kept { color: var(--green); }
pre.broken, pre.finding { color: inherit; } pre.broken { border-color: var(--red); } pre.finding { border-color: var(--amber); }
summary { cursor: pointer; }
`;
