/** Looks: calm surfaces, one accent, colour kept for roles, faults and what is wrong. */
export const light = `--page:#f6f7f9;--card:#fff;--line:#dfe3e8;--soft:#eef1f4;--ink:#1b2430;--dim:#5d6978;--faint:#8a95a3;--accent:#1f5bbd;--onaccent:#fff;--sel:#e4edfb;--bad:#c0263a;--badsoft:#fbe9eb;--good:#14794a;--leader:#1a7a4b;--candidate:#8f5d0e;--follower:#cfd6de;--role1:#c4ddf5;--role2:#f3ddbf;--role3:#d9e8c4;--followerink:#2f3a47;--onbar:#fff;--down:#f3d3d6;--msg:#5b7fb8;--late:#b7791f;--twice:#8453c5;--fault:#6f43b6;--faultsoft:#e9e0f7;--op:#3b74d1;--opopen:#65717f;--window:rgba(192,38,58,.08);--badge:#c0263a;--onbadge:#fff;--head:#fff5f5;--headline:#ecc9cd;`;
export const dark = `--page:#0e1217;--card:#151b22;--line:#28313b;--soft:#1c242d;--ink:#dce3ea;--dim:#93a0ae;--faint:#6c7986;--accent:#6aa5ff;--onaccent:#0c1726;--sel:#1d2f49;--bad:#ff7b86;--badsoft:#3a1a20;--good:#5fd49a;--leader:#1d7a4b;--candidate:#8f6212;--follower:#303a45;--role1:#1f3f5f;--role2:#4a3820;--role3:#33472a;--followerink:#d3dce5;--onbar:#fff;--down:#4a2229;--msg:#6f97d6;--late:#d9a34a;--twice:#b18be8;--fault:#a983ea;--faultsoft:#2e2446;--op:#2f68c4;--opopen:#5c6875;--window:rgba(255,123,134,.10);--badge:#ff7b86;--onbadge:#20090c;--head:#1f1418;--headline:#4a242b;`;

export const pageStyle = `
:root{color-scheme:light;${light}}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;${dark}}}
:root[data-theme=light]{color-scheme:light;${light}}
:root[data-theme=dark]{color-scheme:dark;${dark}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-font-smoothing:antialiased}
code,pre,.mono,canvas{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code,pre{font-size:12.5px}
header{padding:18px 24px 16px;background:var(--head);border-bottom:1px solid var(--headline);border-top:3px solid var(--bad)}
header.ok{--head:var(--card);--headline:var(--line);border-top-color:var(--good)}
header.unknown{border-top-color:var(--candidate)}
.title{display:flex;align-items:baseline;gap:12px}
.badge{font-weight:700;font-size:12px;letter-spacing:.06em;color:var(--onbadge);background:var(--badge);border-radius:4px;padding:2px 8px;position:relative;top:-2px}
header.ok .badge{background:var(--good);color:var(--card)}header.unknown .badge{background:var(--candidate);color:#fff}
h1{font-size:20px;line-height:1.3;margin:0;font-weight:650;flex:1;letter-spacing:-.01em}
h1 .what{font-weight:400;color:var(--dim);font-size:14px;margin-left:12px;letter-spacing:0}
.detail{margin:4px 0 0;font-size:15px;max-width:110ch;overflow-wrap:anywhere}
.meaning{margin:2px 0 0;color:var(--dim);max-width:110ch}
.under{display:flex;flex-wrap:wrap;gap:12px 28px;align-items:center;margin-top:12px}
.command{display:flex;align-items:stretch;border:1px solid var(--line);border-radius:6px;background:var(--card);max-width:100%;overflow:hidden}
.command code{padding:6px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
.command button{border:0;border-left:1px solid var(--line);border-radius:0}
dl{display:flex;flex-wrap:wrap;gap:4px 26px;margin:0}
dl div{display:flex;flex-direction:column}
dt{font-size:11px;color:var(--dim);letter-spacing:.02em}
dd{margin:0;font-variant-numeric:tabular-nums;font-size:13px}
button,input{font:inherit;color:inherit}
button{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:4px 11px;cursor:pointer}
button:hover:not(:disabled){background:var(--soft)}
button:disabled{color:var(--faint);cursor:default}
button:focus-visible,input:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
main{padding:14px 24px 32px}
.bar{display:flex;flex-wrap:wrap;gap:10px 16px;align-items:center;margin-bottom:12px;position:sticky;top:0;z-index:5;background:var(--page);padding:8px 0}
.switch,.stepper{display:inline-flex;align-items:center}
.switch button,.stepper button{border-radius:0;margin-left:-1px}
.switch button:first-child,.stepper button:first-child{border-radius:6px 0 0 6px;margin-left:0}
.switch button:last-child,.stepper button:last-child{border-radius:0 6px 6px 0}
.switch button[aria-pressed=true],.toggle[aria-pressed=true]{background:var(--accent);border-color:var(--accent);color:var(--onaccent);position:relative}
#where{min-width:118px;text-align:center;font-variant-numeric:tabular-nums;border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:4px 10px;background:var(--card)}
.group{display:inline-flex;gap:6px}
.find{display:flex;align-items:center;gap:8px;color:var(--dim)}
.find label{display:flex;align-items:center;gap:8px}
#found{min-width:62px;font-variant-numeric:tabular-nums;font-size:12.5px}
.find input{background:var(--card);color:var(--ink);border:1px solid var(--line);border-radius:6px;padding:4px 10px;width:230px}
#left-out:empty{display:none}
#left-out{flex-basis:100%;margin:0;color:var(--dim);font-size:12.5px}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0}
h2{font-size:13px;font-weight:650;margin:0 0 8px}
h3{font-size:12.5px;font-weight:600;margin:12px 0 4px}
h2 small{font-weight:400;color:var(--dim);margin-left:8px;font-size:12px}
h2.second{margin-top:16px;padding-top:12px;border-top:1px solid var(--line)}
.diagram{position:relative;margin-bottom:14px}
.legend{position:absolute;right:16px;top:14px;display:flex;flex-wrap:wrap;gap:4px 14px;font-size:12px;color:var(--dim)}
.legend span::before{content:"";display:inline-block;vertical-align:middle;margin-right:6px}
.legend .k::before{width:12px;height:10px;border-radius:2px;background:var(--follower)}
.legend .leader::before{background:var(--leader)}.legend .candidate::before{background:var(--candidate)}
.legend .role1::before{background:var(--role1)}.legend .role2::before{background:var(--role2)}.legend .role3::before{background:var(--role3)}
.legend .down::before{background:none;border:1px dashed var(--bad)}
.legend .commit::before{width:0;height:0;background:none;border-radius:0;border:5px solid transparent;border-top:0;border-bottom:8px solid var(--good)}
.legend .a::before{width:18px;border-top:1.5px solid var(--msg)}
.legend .late::before{border-top:1.5px dashed var(--late)}.legend .twice::before{border-color:var(--twice)}.legend .lost::before{border-color:var(--bad)}
#stage{position:relative;max-height:72vh;overflow:hidden auto;margin:0 -6px}
canvas{display:block;width:100%;cursor:crosshair;touch-action:pan-y}
#tip{position:absolute;pointer-events:none;background:var(--ink);color:var(--page);font-size:12px;border-radius:6px;padding:5px 9px;max-width:440px;z-index:4;overflow-wrap:anywhere;white-space:pre-line}
.columns{display:grid;grid-template-columns:minmax(0,1.25fr) minmax(0,1fr) minmax(0,.95fr);gap:14px;margin-bottom:14px}
@media (max-width:1000px){.columns{grid-template-columns:minmax(0,1fr)}.legend{position:static;margin-bottom:8px}}
.columns.two{grid-template-columns:minmax(0,1.5fr) minmax(0,1fr)}
@media (max-width:1000px){.columns.two{grid-template-columns:minmax(0,1fr)}}
[hidden]{display:none!important}
.away{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.fieldbar{display:flex;gap:10px;align-items:center;margin-bottom:8px}
select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;padding:4px 8px}
select:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
button.link{border:0;background:none;padding:0;color:var(--accent);text-decoration:underline;text-underline-offset:2px;border-radius:3px;text-align:left;font-size:inherit}
button.link:hover:not(:disabled){background:none;text-decoration-thickness:2px}
tr.here td{background:var(--sel)}
#logs .scroll,#held .scroll{max-height:420px;overflow:auto}
table.logs td{white-space:nowrap}
table.logs tr:first-child th{position:sticky;top:0;background:var(--card);z-index:1}
.term{color:var(--dim)}
td.committed{box-shadow:inset 3px 0 0 var(--good);padding-left:9px}
td.open{box-shadow:inset 3px 0 0 var(--line);padding-left:9px}
td.base{color:var(--dim);padding-left:9px}
tr.differs td.committed,tr.differs td.open{background:var(--badsoft)}
.legendline{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 8px;font-size:12px;color:var(--dim)}
.legendline span::before{content:"";display:inline-block;vertical-align:middle;margin-right:6px;width:10px;height:12px}
.legendline .committed::before{border-left:3px solid var(--good)}.legendline .open::before{border-left:3px solid var(--line)}.legendline .differs::before{background:var(--badsoft);border:1px solid var(--bad)}
#steps{contain:layout paint style;height:640px;overflow:auto;border:1px solid var(--line);border-radius:6px;position:relative}
#steps-space{position:relative}
#steps-rows{position:absolute;left:0;right:0;top:0}
.row{display:grid;grid-template-columns:52px 78px 40px 1fr;gap:0 8px;height:26px;line-height:25px;padding:0 10px;border-bottom:1px solid var(--soft);font-size:12.5px;cursor:pointer;white-space:nowrap;overflow:hidden}
.row span{overflow:hidden;text-overflow:ellipsis}
.row .n,.row .t{color:var(--dim);text-align:right;font-variant-numeric:tabular-nums}
.row .w{font-weight:600}
.row.quiet .m{color:var(--dim)}
.row.fault .m,.row.crash .m{color:var(--fault)}
.row.cause .m{font-weight:600}
.row.fatal .m{color:var(--bad);font-weight:600}
.row[aria-selected=true]{background:var(--sel);box-shadow:inset 3px 0 0 var(--accent)}
.row:hover:not([aria-selected=true]){background:var(--soft)}
.story{margin:0 0 6px;font-size:14px;overflow-wrap:anywhere}
.meta{margin:0 0 8px;color:var(--dim);font-size:12.5px;overflow-wrap:anywhere}
.diff{margin:0 0 8px;padding:8px 10px;background:var(--soft);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
.diff .del{color:var(--bad)}.diff .add{color:var(--good)}
.out{margin:0;padding:0;list-style:none;font-size:12.5px}
.out li{padding:2px 0;overflow-wrap:anywhere}
.out .tag{color:var(--dim);display:inline-block;min-width:64px}
table{border-collapse:collapse;width:100%;font-size:12.5px}
th{font-weight:500;color:var(--dim);text-align:left;font-size:12px}
td,th{padding:3px 8px 3px 0;border-bottom:1px solid var(--soft);overflow-wrap:break-word;vertical-align:top}
td.num,th.num{text-align:right;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
.scroll table td,.scroll table th{white-space:nowrap}
#held tr.clash td:nth-child(3){font-weight:600}
#held td{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px;white-space:normal}
#printed:empty{display:none}
td.new{color:var(--good);font-weight:600}
.clash{color:var(--bad)}
.none{color:var(--dim);margin:0}
details{margin-bottom:14px}summary{cursor:pointer;font-weight:650;font-size:13px}
details pre{overflow-x:auto;margin:10px 0 0}
.keys{color:var(--dim);font-size:12.5px;text-align:center;margin:8px 0 0}
kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 5px;background:var(--card);font:inherit;font-size:12px}
mark{background:none;color:var(--accent);font-weight:600}
@media (max-width:600px){
header{padding:14px 12px}main{padding:10px 10px 24px}.title{flex-wrap:wrap}h1 .what{display:block;margin-left:0}
.bar{position:static;gap:8px}.find{width:100%}.find label{flex:1;min-width:0}.find input{width:100%;min-width:0}#found{min-width:0}
.card{padding:12px 10px}.row{grid-template-columns:6ch 9ch 3ch 1fr;gap:0 6px;padding:0 6px}#steps{height:420px}.under{gap:10px}
dl{gap:4px 18px}dd{overflow-wrap:anywhere}
}
@media print{
:root,:root[data-theme=dark],:root[data-theme=light]{color-scheme:light;${light}}
body{background:#fff;font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.bar,.keys,#theme,#copy,#tip,.fieldbar,.toggle{display:none!important}
main{padding:8px 0}header{padding:8px 10px}.card{border-color:#bbb;break-inside:auto;padding:8px 10px;margin-bottom:8px}
#stage{max-height:none;overflow:visible}canvas{height:auto!important}
.diagram,tr{break-inside:avoid}
.columns,.columns.two{display:block}
#steps{contain:none;height:auto;overflow:visible;border:0}#steps-space{height:auto!important}#steps-rows{position:static;transform:none!important}
.row{height:auto;white-space:normal;line-height:1.4;break-inside:avoid;font-size:10.5px;grid-template-columns:44px 70px 34px 1fr}
.scroll,#logs .scroll,#held .scroll{max-height:none;overflow:visible}.scroll table td,.scroll table th,table.logs td{white-space:normal}
.command code,details pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:9.5px}
}
@media (prefers-reduced-motion:no-preference){.row,button{transition:background .12s}}
`;
