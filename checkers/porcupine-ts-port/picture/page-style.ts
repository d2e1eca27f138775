/** The style of the picture's page, light and dark. */
export const pageStyle = `
:root { --paper: #fbfbfa; --ink: #1d2125; --dim: #5c6670; --rule: #d9dde1; --bar: #cfe0f3; --bar-edge: #5d86b5; --bar-ink: #14314f;
  --unknown: #efe6d2; --unknown-edge: #a58a4b; --core: #f6c9c4; --core-edge: #b3261e; --core-ink: #5b100b; --line: #1b7f5a; --window: rgba(179, 38, 30, .14);
  --note: #e4dcf4; --note-edge: #7a5bb5; --panel: #f1f2f3; --focus: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181b; --ink: #e6e8ea; --dim: #a0a8b0; --rule: #32383e; --bar: #22405f; --bar-edge: #6d9bd1; --bar-ink: #dbe9f8;
    --unknown: #453b22; --unknown-edge: #c7a95f; --core: #5e201c; --core-edge: #ff8a80; --core-ink: #ffe3e0; --line: #5fd3a5; --window: rgba(255, 138, 128, .16);
    --note: #372b50; --note-edge: #b79cf0; --panel: #1e2226; --focus: #8ab4f8; }
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; background: var(--paper); color: var(--ink); font: 14px/1.4 system-ui, sans-serif; }
header { padding: 10px 14px; border-bottom: 1px solid var(--rule); }
h1 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
#also { margin: 0 0 8px; overflow-wrap: anywhere; }
#also[hidden] { display: none; }
#summary { margin: 2px 0 8px; color: var(--dim); overflow-wrap: anywhere; }
.tools { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 4px 10px; cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
button:focus-visible, canvas:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
.legend { color: var(--dim); font-size: 12px; }
.legend i { display: inline-block; width: 18px; height: 10px; margin: 0 4px 0 10px; border: 1px solid var(--bar-edge); background: var(--bar); border-radius: 2px; }
.legend i.unknown { background: var(--unknown); border-color: var(--unknown-edge); border-right-style: dotted; }
.legend i.core { background: var(--core); border-color: var(--core-edge); }
.legend i.line { height: 0; border: 0; border-top: 2px solid var(--line); vertical-align: middle; background: none; }
.legend i.window { background: var(--window); border: 0; }
#view { flex: 1; min-height: 0; overflow: auto; position: relative; }
#extent { position: absolute; top: 0; left: 0; pointer-events: none; }
#canvas { position: sticky; top: 0; left: 0; display: block; }
#details { border-top: 1px solid var(--rule); background: var(--panel); padding: 8px 14px; min-height: 60px; max-height: 30%; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; }
#tip { position: fixed; z-index: 2; max-width: min(520px, 90vw); background: var(--panel); color: var(--ink); border: 1px solid var(--rule); border-radius: 6px; padding: 6px 9px; font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere; pointer-events: none; box-shadow: 0 2px 10px rgba(0, 0, 0, .25); }
#tip[hidden] { display: none; }
`;
