// The page around the charts: style and the one small script (lines and tables of a host when it is opened, choice of
// strategies with axes for those that are shown, read-out under the pointer). Nothing is fetched; light and dark follow the reader's system.

export const pageStyle = `
:root{color-scheme:light dark;--ink:#1b1d1f;--soft:#5c6670;--line:#d7dce1;--paper:#fff;--card:#f6f8fa;--accent:#0072b2}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa5b1;--line:#363c43;--paper:#16181b;--card:#1e2226;--accent:#56b4e9}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 20px 80px}h1{font-size:26px;margin:0 0 4px}h2{font-size:20px;margin:40px 0 8px;border-top:1px solid var(--line);padding-top:24px}h3{font-size:16px;margin:24px 0 6px}
p{margin:6px 0;max-width:75ch}.soft,.unit{color:var(--soft);font-weight:400}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}th,td{padding:4px 8px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child{text-align:left}thead th{color:var(--soft);font-weight:600}tr.own td{font-weight:600}
.scroll{overflow:auto;max-height:420px;border:1px solid var(--line);border-radius:6px}.scroll thead th{position:sticky;top:0;background:var(--card)}
figure.chart{margin:18px 0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}figcaption{font-weight:600;margin-bottom:6px}
svg{display:block;width:100%;height:auto}.grid{stroke:var(--line);fill:none}.tick{fill:var(--soft);font-size:11px}.mark{fill:var(--ink);font-size:11px;paint-order:stroke;stroke:var(--card);stroke-width:3px}.line{fill:none;stroke-width:1.7;stroke-linejoin:round}.frontier{stroke:var(--soft);stroke-dasharray:3 3}.area{opacity:.18}.cursor{stroke:var(--accent)}
.readout{min-height:20px;font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums}
.choice{position:sticky;top:0;z-index:2;background:var(--paper);padding:8px 0;border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:4px 14px;font-size:13px}.choice legend{float:left}.choice label{display:flex;align-items:center;gap:6px;cursor:pointer}
details{margin:10px 0}summary{cursor:pointer;color:var(--accent)}summary:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.strip{display:flex;gap:1px;margin:2px 0}.strip i{flex:1;height:14px;background:repeating-linear-gradient(45deg,#d55e00 0 2px,transparent 2px 5px)}.strip i.yes{background:#009e73}.hidden{display:none}
@media print{.choice{position:static}}
`

export const pageScript = `
const choices=[...document.querySelectorAll('.choice input')],redraws=[]
function show(){const on=new Set(choices.filter(c=>c.checked).map(c=>c.value));for(const redraw of redraws)redraw(on);for(const e of document.querySelectorAll('[data-strategy]'))e.classList.toggle('hidden',!on.has(e.dataset.strategy))}
for(const c of choices)c.addEventListener('change',show);show()
const styles=JSON.parse(document.querySelector('#styles').textContent)
const pathIn=(group,attributes)=>{const path=document.createElementNS(group.namespaceURI,'path');for(const name in attributes)path.setAttribute(name,attributes[name]);group.append(path)}
const sums=values=>{let sum=0;return values.map(value=>value===null?sum:sum+=value)}
const digits=(value,count)=>value==null?'–':String(Number(value.toPrecision(count)))
const cell=value=>value!=null&&Math.abs(value)>=1e4?digits(value/1e3,4)+'k':digits(value,4)
function ticksOf(low,high){const rough=(high>low?high-low:1)/5,power=10**Math.floor(Math.log10(rough)),step=([1,2,2.5,5,10].find(factor=>factor*power>=rough)??10)*power,ticks=[]
for(let at=Math.floor(low/step)*step;at<high+step*.999;at+=step)ticks.push(Number(at.toPrecision(12)))
if(ticks.length<2)ticks.push(ticks[0]+step)
return ticks}
function pathOf({values,isStep},x,y){let path='',down=false,before
values.forEach((value,i)=>{if(value===null){down=false;return}
const at=y(value).toFixed(1);path+=!down?'M'+x(i)+' '+at:isStep?'H'+x(i)+(at===before?'':'V'+at):'L'+x(i)+' '+at;down=true;before=at})
return path}
function fill(table,times,lines){const make=(row,tag,text)=>{row.append(Object.assign(document.createElement(tag),{textContent:text}))}
const whole=document.createElement('table'),head=whole.createTHead().insertRow(),body=whole.createTBody()
for(const name of ['slice',...lines.map(l=>l.name)])make(head,'th',name)
times.forEach((time,i)=>{const row=body.insertRow();make(row,'td',time);for(const l of lines)make(row,'td',cell(l.values[i]))})
table.append(whole)}
function draw(host){if(host.dataset.drawn)return;host.dataset.drawn='yes'
const {times,box,charts}=JSON.parse(host.querySelector('script').textContent),last=Math.max(2,times.length)-1
const lines=charts.map(chart=>chart.lines.map((l,nth)=>({name:l.strategy,...styles[l.strategy],...l,values:l.values??sums(charts[l.sumsOf].lines[nth].values)})))
const tables=host.querySelectorAll('details.values')
host.querySelectorAll('figure.chart').forEach((figure,nth)=>{const own=lines[nth]
const svg=figure.querySelector('svg'),out=figure.querySelector('.readout'),cursor=figure.querySelector('.cursor')
const place=i=>box.left+box.width*i/last,x=i=>place(i).toFixed(1)
const group=figure.querySelector('.lines'),axis=figure.querySelector('.axis'),grid=figure.querySelector('.grid')
redraws.push(on=>{let least=0,most=0
for(const l of own)if(!l.strategy||on.has(l.strategy))for(const value of l.values)if(value!==null){least=Math.min(least,value);most=Math.max(most,value)}
const ticks=ticksOf(least,most),low=ticks[0],high=ticks.at(-1),y=value=>box.top+box.height*(1-(value-low)/(high-low)),base=y(Math.max(low,0)).toFixed(1)
grid.setAttribute('d',ticks.map(tick=>'M'+box.left+' '+y(tick).toFixed(1)+'h'+box.width).join(''))
axis.replaceChildren(...ticks.map(tick=>{const text=document.createElementNS(axis.namespaceURI,'text');text.setAttribute('x',box.left-6);text.setAttribute('y',(y(tick)+4).toFixed(1));text.textContent=cell(tick);return text}))
group.replaceChildren()
for(const l of own){const d=pathOf(l,x,y)
if(l.hasArea)pathIn(group,{class:'area',d:d+'L'+x(l.values.length-1)+' '+base+'L'+x(0)+' '+base+'Z',fill:l.color})
pathIn(group,{class:'line',d,stroke:l.color,'stroke-dasharray':l.dash||'none',...(l.strategy?{'data-strategy':l.strategy}:{})})}})
svg.addEventListener('pointermove',event=>{const rect=svg.getBoundingClientRect(),at=(event.clientX-rect.left)/rect.width*box.fullWidth
const i=Math.max(0,Math.min(times.length-1,Math.round((at-box.left)/box.width*last)))
cursor.setAttribute('x1',place(i));cursor.setAttribute('x2',place(i));const on=new Set(choices.filter(c=>c.checked).map(c=>c.value))
out.textContent=times[i]+' · '+own.filter(l=>!l.strategy||on.has(l.strategy)).map(l=>l.name+' '+digits(l.values[i],5)).join(' · ')})
svg.addEventListener('pointerleave',()=>{out.textContent='\\u00a0';cursor.setAttribute('x1',-9);cursor.setAttribute('x2',-9)})
tables[nth].addEventListener('toggle',()=>{const table=tables[nth].querySelector('.scroll');if(!table.firstChild)fill(table,times,own)})})
show()}
document.addEventListener('toggle',event=>{if(event.target.open&&event.target.matches('details.host'))draw(event.target)},true)
for(const host of document.querySelectorAll('details.host[open]'))draw(host)
`
