// The look of an invoice's page: a sheet of paper on the desk, in both colour schemes, from a phone to a screen. Logical properties
// throughout, so that right to left needs no second sheet. Contrast of text is at least 4.5. It travels inside the page.

export const style = `
:root{color-scheme:light dark;--ground:#f6f5f1;--paper:#fff;--ink:#15181c;--soft:#5a6068;--line:#e2e0d9;--accent:#0b6b4f;--button:var(--accent);
--button-deep:#085640;--button-edge:transparent;--on-button:#fff;--tint:#e5f2ed;--amber:#fff1cc;--on-amber:#5c3d00;--danger:#b3261e;--danger-tint:#fdeeec;
--round:10px;--round-button:12px}
@media (prefers-color-scheme:dark){:root{--ground:#121417;--paper:#1a1d21;--ink:#eef0f1;--soft:#a5abb3;--line:#343a41;--accent:#5ed4a8;
--button-deep:#7fe0bc;--on-button:#04241a;--tint:#173029;--amber:#3a2d0d;--on-amber:#ffdf93;--danger:#ff9d94;--danger-tint:#38201e}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;background:var(--ground)}
body{margin:0;color:var(--ink);background:var(--ground);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",sans-serif}
h1,h2,p,dl,dd,table,ul{margin:0;padding:0}
ul{list-style:none}
.sandbox{padding:8px 16px;background:var(--amber);color:var(--on-amber);text-align:center;font-size:14px;font-weight:600}
.desk{max-width:760px;margin:0 auto;padding:clamp(16px,4vw,48px) clamp(12px,3vw,24px) 40px}
.maker{display:flex;align-items:center;gap:14px;margin-block-end:18px;font-size:17px;font-weight:650;overflow-wrap:anywhere}
.maker img{display:block;max-width:180px;max-height:48px;object-fit:contain;border-radius:6px}
.due{background:var(--paper);border:1px solid var(--line);border-radius:var(--round);padding:clamp(18px,4vw,28px);margin-block-end:16px}
.due h1{font-size:15px;font-weight:500;color:var(--soft)}
.due .big{font-size:clamp(26px,6vw,34px);line-height:1.2;font-weight:700;letter-spacing:-.01em;margin-block:4px 6px;overflow-wrap:anywhere}
.state{display:inline-block;padding:2px 10px;border-radius:99px;background:var(--tint);color:var(--accent);font-size:13px;font-weight:600}
.state.open{background:var(--amber);color:var(--on-amber)}
.state.late{background:var(--danger-tint);color:var(--danger)}
.memo{margin-block-start:12px}
.state.dead{background:transparent;color:var(--soft);border:1px solid var(--line)}
.acts{display:flex;flex-wrap:wrap;gap:10px;margin-block-start:18px}
.acts form{margin:0;display:flex;flex:1 1 200px}
.button{display:inline-flex;flex:1 1 200px;align-items:center;justify-content:center;min-height:46px;padding:10px 18px;border:1px solid var(--line);
border-radius:var(--round-button);background:transparent;color:var(--ink);font:inherit;font-weight:600;text-decoration:none;text-align:center;cursor:pointer}
.button:hover{border-color:var(--soft)}
.button.primary{background:var(--button);border-color:var(--button-edge);color:var(--on-button)}
.button.primary:hover{background:var(--button-deep)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.notice{margin-block-start:14px;padding:12px 14px;border-radius:var(--round);background:var(--tint)}
.notice.bad{background:var(--danger-tint);color:var(--danger)}
.paper{background:var(--paper);border:1px solid var(--line);border-radius:var(--round);padding:clamp(18px,4vw,36px)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px}
.facts dt,.small{color:var(--soft)}
.small{font-size:13px}
dd{overflow-wrap:anywhere}
.parties{display:grid;grid-template-columns:1fr 1fr;gap:24px;margin-block:26px}
.parties h2,.part h2{font-size:13px;font-weight:500;color:var(--soft)}
.parties p{overflow-wrap:anywhere}
.parties .name{font-weight:650}
table{width:100%;border-collapse:collapse}
th{padding:6px 0;font-size:13px;font-weight:500;color:var(--soft);text-align:start;border-block-end:1px solid var(--ink)}
td{padding:10px 0;vertical-align:top;border-block-end:1px solid var(--line)}
th+th,td+td{padding-inline-start:14px}
.number{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
td.what{overflow-wrap:anywhere;min-width:9em}
.sums{margin-inline-start:auto;width:min(100%,340px);margin-block-start:14px}
.sums div{display:flex;justify-content:space-between;gap:16px;padding-block:5px}
.sums dd{white-space:nowrap;font-variant-numeric:tabular-nums}
.sums .strong{border-block-start:1px solid var(--ink);font-weight:700}
.part{margin-block-start:28px}
.part li{display:grid;grid-template-columns:minmax(8em,max-content) 1fr max-content;gap:4px 16px;padding-block:8px;border-block-end:1px solid var(--line)}
.part a{color:inherit}
.foot{margin-block-start:26px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
.end{margin-block-start:18px;text-align:center;color:var(--soft);font-size:13px}
@media (max-width:560px){.parties{grid-template-columns:1fr;gap:18px}
.each{display:none}
.part li{grid-template-columns:1fr max-content}
.part li .how{grid-row:2;grid-column:1/-1;color:var(--soft);font-size:13px}}
@media print{.acts,.sandbox{display:none}body,html{background:#fff;color:#000}}
`.trim();
