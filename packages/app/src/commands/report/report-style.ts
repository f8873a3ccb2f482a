/** Colours that stay apart for the colour-blind (Okabe and Ito), by day and by night. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--ink:#1d2733;--muted:#5b6875;--line:#d9dfe5;--panel:#f4f6f8;
--good:#56a0d3;--bad:#d55e00;--warn:#e69f00;--held:#9c6ade;--deep:#0072b2;--network:#cc79a7;--upstream:#0072b2;--beyond:#56b4e9;--local:#009e73}
@media (prefers-color-scheme:dark){:root{--ground:#12171d;--ink:#e3e8ee;--muted:#94a1af;--line:#2b343e;--panel:#1a2129;
--good:#3f7fae;--bad:#ff8a3d;--warn:#f0b429;--held:#b794f4;--deep:#6cb8ee;--network:#b0628b;--upstream:#2b78ad;--beyond:#7cc4ee;--local:#1f8a69}}
*{box-sizing:border-box}
body{background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1.2rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem}h3{font-size:.9rem;margin:1.1rem 0 .3rem}
.range{color:var(--muted);margin:.2rem 0 1.2rem}
.warning{background:var(--panel);border-left:4px solid var(--bad);padding:.5rem .9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:.7rem}
.tile{background:var(--panel);border-radius:6px;padding:.7rem .9rem;border-top:3px solid var(--line);overflow-wrap:anywhere}
.tile.alarm{border-color:var(--bad)}
.tile span,.tile small{display:block;color:var(--muted);font-size:.82rem}
.tile strong{font-size:1.5rem;font-weight:600}
.legend{font-weight:400;color:var(--muted);margin-left:.6rem}
.legend i{display:inline-block;width:.75rem;height:.75rem;border-radius:2px;margin:0 .25rem 0 .5rem}
svg{display:block;width:100%;height:auto}
.good{fill:var(--good);background:var(--good)}.bad{fill:var(--bad);background:var(--bad)}
.closed{fill:var(--good);background:var(--good);opacity:.55}.open{fill:var(--bad);background:var(--bad)}
.half_open{fill:var(--warn);background:var(--warn)}.isolated{fill:var(--held);background:var(--held)}
.unknown{fill:var(--line)}
polyline{fill:none;stroke-width:2;stroke-linejoin:round}
polyline.p50Ms{stroke:var(--deep)}polyline.p99Ms{stroke:var(--warn)}
circle.p50Ms,i.p50Ms{fill:var(--deep);background:var(--deep)}circle.p99Ms,i.p99Ms{fill:var(--warn);background:var(--warn)}
.network{fill:var(--network);background:var(--network)}.upstream{fill:var(--upstream);background:var(--upstream)}
.beyond{fill:var(--beyond);background:var(--beyond)}.local{fill:var(--local);background:var(--local)}
.grid{stroke:var(--line)}.tick{stroke:var(--muted)}
text{font:12px system-ui,sans-serif;fill:var(--muted)}text.end{text-anchor:end}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th{text-align:left;color:var(--muted);font-weight:500}
th,td{padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td>code,td>span{display:inline-block;max-width:20rem;overflow-wrap:break-word}td:last-child>code{max-width:34rem}
td.t{white-space:nowrap}
th.n,td.n{text-align:right;padding-right:1.4rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.share{position:relative;min-width:6rem}
.share b{position:absolute;right:1.4rem;top:1.75rem;height:3px;max-width:calc(100% - 1.4rem);background:var(--deep);opacity:.75}
.share.failed b{background:var(--bad)}
code{font:.92em ui-monospace,monospace}
@media print{body{max-width:none}}
`;
