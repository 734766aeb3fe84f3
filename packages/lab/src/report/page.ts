// The page around the charts: style and the one small script (choice of strategies, read-out under the pointer). Nothing is
// fetched; light and dark follow the reader's system.

export const pageStyle = `
:root{color-scheme:light dark;--ink:#1b1d1f;--soft:#5c6670;--line:#d7dce1;--paper:#fff;--card:#f6f8fa;--accent:#0072b2}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa5b1;--line:#363c43;--paper:#16181b;--card:#1e2226;--accent:#56b4e9}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 20px 80px}h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:40px 0 8px;border-top:1px solid var(--line);padding-top:24px}h3{font-size:16px;margin:24px 0 6px}
p{margin:6px 0;max-width:75ch}.soft,.unit{color:var(--soft);font-weight:400}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}thead th{color:var(--soft);font-weight:600}tr.own td{font-weight:600}
.scroll{overflow:auto;max-height:420px;border:1px solid var(--line);border-radius:6px}.scroll thead th{position:sticky;top:0;background:var(--card)}
figure.chart{margin:18px 0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}figcaption{font-weight:600;margin-bottom:6px}
svg{display:block;width:100%;height:auto}.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:11px}.mark{fill:var(--ink);font-size:11px;paint-order:stroke;stroke:var(--card);stroke-width:3px}.line{fill:none;stroke-width:1.7;stroke-linejoin:round}.frontier{stroke:var(--soft);stroke-dasharray:3 3}.area{opacity:.18}.cursor{stroke:var(--accent)}
.readout{min-height:20px;font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums}
.choice{position:sticky;top:0;z-index:2;background:var(--paper);padding:8px 0;border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:4px 14px;font-size:13px}.choice legend{float:left}.choice label{display:flex;align-items:center;gap:6px;cursor:pointer}
details{margin:10px 0}summary{cursor:pointer;color:var(--accent)}summary:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.strip{display:flex;gap:1px;margin:2px 0}.strip i{flex:1;height:14px;background:repeating-linear-gradient(45deg,#d55e00 0 2px,transparent 2px 5px)}.strip i.yes{background:#009e73}.hidden{display:none}
@media print{.choice{position:static}}
`

export const pageScript = `
const choices=[...document.querySelectorAll('.choice input')]
function show(){const on=new Set(choices.filter(c=>c.checked).map(c=>c.value));for(const e of document.querySelectorAll('[data-strategy]'))e.classList.toggle('hidden',!on.has(e.dataset.strategy))}
for(const c of choices)c.addEventListener('change',show);show()
for(const figure of document.querySelectorAll('figure.chart')){const source=figure.querySelector('script');if(!source)continue
const data=JSON.parse(source.textContent),svg=figure.querySelector('svg'),out=figure.querySelector('.readout'),cursor=figure.querySelector('.cursor')
svg.addEventListener('pointermove',event=>{const box=svg.getBoundingClientRect(),x=(event.clientX-box.left)/box.width*data.width,n=data.times.length
const i=Math.max(0,Math.min(n-1,Math.round((x-data.left)/(data.width-data.left-data.right)*(n-1)))),at=data.left+(data.width-data.left-data.right)*i/Math.max(1,n-1)
cursor.setAttribute('x1',at);cursor.setAttribute('x2',at);const on=new Set(choices.filter(c=>c.checked).map(c=>c.value))
out.textContent=data.times[i]+' · '+data.lines.filter(l=>!l.strategy||on.has(l.strategy)).map(l=>l.name+' '+(l.values[i]??'–')).join(' · ')})
svg.addEventListener('pointerleave',()=>{out.textContent='\\u00a0';cursor.setAttribute('x1',-9);cursor.setAttribute('x2',-9)})}
`
