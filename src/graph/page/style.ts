/** How the page looks: calm on a light or dark screen, and on paper. */

const LIGHT = `
  --page:#fbfbfd; --paper:#fff; --text:#1c2330; --muted:#5d6779; --faint:#e3e7ee; --line:#d5dbe5; --edge:#8792a5; --edge-strong:#3c4656; --code:#f4f6f9;
  --fits:#2b8a57; --tight:#b7791f; --no:#c53030; --unknown:#8792a5; --shadow:0 1px 2px rgb(20 30 50/.05),0 10px 40px rgb(20 30 50/.14);`;

const DARK = `
  --page:#11151c; --paper:#1a202a; --text:#e4e8ef; --muted:#98a3b5; --faint:#262e3a; --line:#343e4d; --edge:#69758a; --edge-strong:#c3ccda; --code:#141922;
  --fits:#58b984; --tight:#e0a94a; --no:#f07a7a; --unknown:#8b96a8; --shadow:0 1px 2px rgb(0 0 0/.4),0 10px 40px rgb(0 0 0/.5);`;

const CLOUDS_LIGHT = `
.gcp{--accent:#2f66d0;--tint:#f1f5fe;--box:#fafbff;--frame:#cfdcf8;--chip:#e2ebfd}
.aws{--accent:#b5690b;--tint:#fdf7ee;--box:#fffcf7;--frame:#f0dcbd;--chip:#fbeacf}
.azure{--accent:#0a7c91;--tint:#eff9fb;--box:#f9fdfe;--frame:#c0e2e9;--chip:#d8f0f4}
.local{--accent:#566377;--tint:#f4f6f9;--box:#fbfcfd;--frame:#d6dce5;--chip:#e6eaf0}
.other{--accent:#6b52b8;--tint:#f6f4fc;--box:#fcfbfe;--frame:#d9d0f0;--chip:#e8e2f7}`;

const CLOUDS_DARK = `
.gcp{--accent:#8db2ff;--tint:#151c2b;--box:#171d28;--frame:#2a3b5f;--chip:#22335a}
.aws{--accent:#eeb15f;--tint:#1d1912;--box:#1d1c1a;--frame:#4b3a20;--chip:#43321a}
.azure{--accent:#5fc8da;--tint:#111d21;--box:#161f24;--frame:#1f4650;--chip:#173d47}
.local{--accent:#a9b5c7;--tint:#171c24;--box:#191f28;--frame:#364152;--chip:#2a3442}
.other{--accent:#b9a5f2;--tint:#1a1726;--box:#1b1b27;--frame:#3d3460;--chip:#332a55}`;

const PAGE = `
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main,body>header,body>footer{max-width:1340px;margin:0 auto;padding:0 28px}
body>header{padding-top:26px;display:flex;flex-wrap:wrap;align-items:end;gap:10px 28px;justify-content:space-between}
h1{font-size:22px;line-height:1.25;letter-spacing:-.015em;margin:0;font-weight:650}
h2{font-size:16px;font-weight:600;letter-spacing:-.005em;margin:0;display:flex;align-items:baseline;gap:9px;flex-wrap:wrap}
h2 small,h3 small{font-weight:400;font-size:13.5px;color:var(--muted)}
h3{font-size:14px;font-weight:600;margin:22px 0 6px}
p{margin:4px 0 0}
.summary,footer,.note{color:var(--muted);font-size:13.5px}
h2 a{color:inherit;text-decoration:none}
h2 a:hover{text-decoration:underline;text-underline-offset:4px}
.swatch{width:10px;height:10px;border-radius:3px;background:var(--accent);flex:none;align-self:center}
.tools{display:flex;gap:6px;align-items:center}
.tools input,.tools button{font:inherit;font-size:13px;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:8px;height:32px;padding:0 11px}
.tools input{width:210px}
.tools button{min-width:34px;cursor:pointer}
.tools button:hover{border-color:var(--edge)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;color:var(--muted);font-size:12.5px;margin:12px 0 0;padding:0;list-style:none}
.legend li{display:flex;align-items:center;gap:7px}
section.cluster{margin:24px 0 0}
.canvas{margin-top:12px;overflow-x:auto;border:1px solid var(--frame);background:var(--tint);border-radius:18px;padding:20px;text-align:center}
.canvas.pannable{cursor:grab}
.canvas.panning{cursor:grabbing;user-select:none}
svg.picture{display:block;margin:0 auto;max-width:100%;height:auto;overflow:visible}
svg.zoomed{max-width:none}
table{border-collapse:collapse;width:100%;min-width:860px;table-layout:fixed;font-size:13px;margin-top:8px}
caption{text-align:left;color:var(--muted);padding:0 0 4px}
th,td{text-align:left;vertical-align:top;padding:6px 14px 6px 0;border-bottom:1px solid var(--faint)}
th{font-weight:500;color:var(--muted);white-space:nowrap}
tbody th{font-weight:500;color:var(--text);white-space:normal}
.table{overflow-x:auto}
.table td,.table th{overflow-wrap:anywhere}
.parts{min-width:0}
table a{color:inherit;text-decoration-color:var(--edge);text-underline-offset:3px}
.words section{margin-top:38px}
footer{padding-top:30px!important;padding-bottom:36px!important}
:focus-visible{outline:2px solid var(--accent,var(--edge-strong));outline-offset:2px;border-radius:4px}
[hidden]{display:none!important}
@media(max-width:700px){main,body>header,body>footer{padding-left:14px;padding-right:14px}.tools input{width:140px}}`;

const PICTURE = `
svg text{font-family:inherit;fill:var(--text)}
.icon{fill:none;stroke:var(--accent);stroke-width:1.3;stroke-linejoin:round;stroke-linecap:round}
.workspace{fill:var(--box);stroke:var(--frame)}
.workspace-name{font-size:12.5px;font-weight:600;fill:var(--accent)}
.hit{fill:transparent}
.title:hover .hit,.title:focus-visible .hit{fill:var(--chip)}
.face{fill:var(--paper);stroke:var(--line);transition:stroke .12s}
.kind{font-size:11px;fill:var(--muted)}
.program{font-size:11px;fill:var(--muted);text-anchor:end}
.name{font-size:14px;font-weight:600;letter-spacing:-.005em}
.about{font-size:11px;fill:var(--muted)}
.chip{fill:var(--chip)}.chip.plain{fill:var(--faint)}
.chip-text{font-size:10.5px;font-weight:600;fill:var(--accent);text-anchor:middle}.chip-text.plain{fill:var(--muted)}
.small{font-size:11px;fill:var(--muted)}
.cost{font-size:11px;text-anchor:end;fill:var(--text);font-variant-numeric:tabular-nums}
.problem{font-size:11px;font-weight:600;fill:var(--no)}
.dot{fill:var(--unknown)}.dot.fits{fill:var(--fits)}.dot.tight{fill:var(--tight)}.dot.no{fill:var(--no)}
.elsewhere .face{stroke-dasharray:4 4;fill-opacity:.4}
.broken .face{stroke:var(--no)}
.edge{fill:none;stroke:var(--edge);stroke-width:1.5;transition:opacity .12s,stroke .12s}
.edge.makes{stroke-width:1.2;stroke-dasharray:5 4}
.edge.runs-on{stroke-width:1.4;stroke-dasharray:.1 5;stroke-linecap:round}
.picture .edge.makes:not(.sum),.picture .edge.runs-on:not(.sum){opacity:0}
.head path{fill:var(--edge)}
a.node{cursor:pointer;outline:none}
a.node.card:hover .face,a.node.card:focus-visible .face,a.node.on .face{stroke:var(--accent);stroke-width:1.6}
a.node:focus-visible .face{stroke-width:2.5}
.active .edge{opacity:.15}
.active .edge.sum:not(.on){opacity:0}
.picture.active .edge.on{opacity:1;stroke:var(--accent);stroke-width:1.8}
.dim{opacity:.18}`;

const PANEL = `
.about-node{display:none;position:fixed;z-index:5;top:14px;right:14px;bottom:14px;width:min(500px,calc(100vw - 28px));overflow:auto;overscroll-behavior:contain;background:var(--paper);border:1px solid var(--line);border-radius:16px;box-shadow:var(--shadow);padding:20px 24px 24px}
.about-node:target{display:block}
.about-node:focus{outline:none}
.about-node .kind-line{display:flex;justify-content:space-between;align-items:center;color:var(--accent);font-size:12.5px;font-weight:600}
.about-node h3{font-size:18px;line-height:1.3;letter-spacing:-.01em;margin:6px 0 0;overflow-wrap:anywhere}
.about-node h4{font-size:12.5px;font-weight:600;color:var(--muted);margin:20px 0 6px}
.close{color:var(--muted);text-decoration:none;border:1px solid var(--line);border-radius:8px;padding:2px 10px;font-weight:400}
.close:hover{color:var(--text);border-color:var(--edge)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 16px;margin:14px 0 0;font-size:13px}
dt{color:var(--muted)}
.about-node a{color:var(--accent);text-underline-offset:3px}
dd{margin:0;overflow-wrap:anywhere}
.parts td:last-child,.parts th:last-child{text-align:right;padding-right:0;font-variant-numeric:tabular-nums}
.alert{color:var(--no);margin-top:12px;font-size:13.5px}
pre{background:var(--code);border:1px solid var(--faint);border-radius:10px;padding:12px 14px;margin:0;overflow:auto;font:12px/1.55 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;tab-size:2}
.about-node ul{margin:0;padding:0;list-style:none;font-size:13px;overflow-wrap:anywhere}
.about-node li{padding:1px 0}
.about-node li span{color:var(--muted)}`;

const PAPER = `
@page{size:A4 landscape;margin:12mm}
@media print{
  :root{${LIGHT}}
  *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
  body{background:#fff;font-size:10.5pt}
  .tools,.about-node,.about-node:target,footer{display:none}
  main,body>header{padding:0;max-width:none}
  svg.picture{max-width:100%!important;max-height:150mm}
  section.cluster,tr,.legend{break-inside:avoid}
  .canvas{overflow:visible;padding:10px}
  .words{break-before:page}
  .words section{margin-top:20px}
  table{min-width:0;font-size:8.5pt;line-height:1.35}
  th,td{padding:3px 12px 3px 0}
  h3{break-after:avoid}
}`;

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
${CLOUDS_LIGHT}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}
${CLOUDS_DARK}}
${PAGE}${PICTURE}${PANEL}${PAPER}
@media(prefers-reduced-motion:reduce){*{transition:none!important;scroll-behavior:auto!important}}
`;
