// DIR/report.html: what the ancestor's notebook showed and more, in one file that opens without a network. Per trace: the
// table of strategies and their frontier for the fleet; then per host: usage against estimates, misprediction per slice and
// cumulated, violations, ratio, stability; under every figure its table. Lines and tables of hosts are drawn by the page when they are
// looked at: each value stands in it once.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { escapeHtml } from './escape-html.ts'
import { frontierChart } from './frontier-chart.ts'
import { chartBox, type ChartLine, format, lineChart, timeTexts } from './line-chart.ts'
import { pageScript, pageStyle } from './page.ts'
import { type HostResults, readResults, type Results, type Series, type SummaryLine } from './read-results.ts'
import { type StrategyStyle, strategyStyle } from './strategy-style.ts'

export function writeReport(folder: string): string {
  const file = join(folder, 'report.html')
  writeFileSync(file, reportHtml(readResults(folder)))
  return file
}

type Styles = ReadonlyMap<string, StrategyStyle>

/** Beyond these a host's section is folded. */
const openHosts = 1

export function reportHtml(results: Results): string {
  const names = [...new Set(results.summary.map(({ strategy }) => strategy as string))]
  const styles = new Map(names.map((name) => [name, strategyStyle(name, names)]))
  const traces = [...new Set(results.summary.map(({ trace }) => trace as string))]
  const sections = traces.map((trace) => traceSection(trace, results, styles))
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Oversubscription: ${traces.length} trace${traces.length === 1 ? '' : 's'}</title><style>${pageStyle}</style></head><body><main>
<h1>How much more each host could carry</h1>
<p class="soft">An estimate after each slice says how much of a host is taken as used; it is judged by the slice that follows. Misprediction is how far it was off, either way; violation how far too little was left; both summed over the slices, in multiples of the host's capacity.</p>
<fieldset class="choice" style="border-width:0 0 1px"><legend class="soft">Strategies in the charts</legend>${names.map((name) => choice(name, styles.get(name) as StrategyStyle)).join('')}</fieldset>
<noscript><p>What hosts did over time is drawn by the script of this page, which does not run here. The dumps and summary.csv have the values.</p></noscript>
${sections.join('\n')}
</main><script type="application/json" id="styles">${jsonInPage(Object.fromEntries(styles))}</script><script>${pageScript}</script></body></html>`
}

function choice(name: string, { color, dash, isShownFirst }: StrategyStyle): string {
  const line = `<svg width="26" height="8" style="width:26px" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/></svg>`
  return `<label><input type="checkbox" value="${escapeHtml(name)}"${isShownFirst ? ' checked' : ''}>${line}${escapeHtml(name)}</label>`
}

function traceSection(trace: string, results: Results, styles: Styles): string {
  const parts = [`<h2>${escapeHtml(trace)}</h2>`]
  for (const resource of ['cpu', 'memory'] as const) {
    const fleet = results.summary.filter(
      (row) => row['trace'] === trace && row['host'] === '*' && row['resource'] === resource,
    )
    if (fleet.length === 0) continue
    const hosts = Number(fleet[0]?.['hosts'] ?? 1)
    const what = resource === 'cpu' ? 'Processor' : 'Memory'
    parts.push(
      `<h3>${what} <span class="unit">${hosts === 1 ? 'one host' : `mean of ${hosts} hosts`}</span></h3>`,
      summaryTable(fleet),
    )
    parts.push(
      frontierChart(
        fleet.map((row) => ({
          strategy: row['strategy'] as string,
          misprediction: Number(row['misprediction']),
          violation: Number(row['violation']),
          color: (styles.get(row['strategy'] as string) as StrategyStyle).color,
        })),
      ),
    )
  }
  const hosts = results.hosts.filter((host) => host.trace === trace)
  const shown = new Set(hosts.map(({ host }) => host)).size
  for (const [i, host] of hosts.entries()) {
    const title = `${shown > 1 ? `host ${host.host}, ` : ''}${host.resource === 'cpu' ? 'processor' : 'memory'} over time`
    parts.push(
      `<details class="host"${i < openHosts ? ' open' : ''}><summary>${escapeHtml(title)}</summary>${hostCharts(host, styles)}</details>`,
    )
  }
  return `<section>${parts.join('\n')}</section>`
}

const summaryColumns = [
  ['strategy', 'strategy'],
  ['misprediction', 'misprediction'],
  ['violation', 'violation'],
  ['decreases', 'decreases'],
  ['violation_rate', 'slices violated'],
  ['severity', 'severity'],
  ['savings', 'savings'],
  ['samples_above', 'samples above'],
] as const
const shares = ['violation_rate', 'severity', 'savings', 'samples_above']

function summaryTable(rows: readonly SummaryLine[]): string {
  const sorted = [...rows].sort((a, b) => Number(a['misprediction']) - Number(b['misprediction']))
  const body = sorted.map((row) => {
    const cells = summaryColumns.map(([key]) => {
      if (key === 'strategy') return escapeHtml(row[key] ?? '')
      const value = Number(row[key])
      return shares.includes(key) ? `${format(value * 100)} %` : format(value)
    })
    return `<tr${row['strategy'] === 'gleaner' ? ' class="own"' : ''}>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  })
  return `<div class="scroll"><table><thead><tr>${summaryColumns.map(([, head]) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

function hostCharts(host: HostResults, styles: Styles): string {
  const { epochsS, capacity, resource } = host
  const unit = resource === 'cpu' ? 'cores' : 'MB'
  const judged =
    (pick: (judgement: { misprediction: number; violation: number }, i: number) => number) => (series: Series) =>
      series.judgements.map((judgement, i) => (judgement === undefined ? Number.NaN : pick(judgement, i)))
  const parts = (value: number, i: number): number => value / (capacity[i] as number)
  const plain = (name: string, values: readonly number[], dash: string): ChartLine => ({
    name,
    values,
    color: '#888888',
    dash,
  })
  const figures: {
    title: string
    unit: string
    fixed: ChartLine[]
    values: (series: Series) => readonly number[]
    isStep?: boolean
    sumsOf?: number
  }[] = [
    {
      title: 'Usage and estimated peak',
      unit,
      fixed: [{ ...plain('usage P99', host.p99, ''), hasArea: true }, plain('capacity', capacity, '1 3')],
      // Drawn over the slice it speaks of: the one after.
      values: ({ used }) => [Number.NaN, ...used.slice(0, -1)],
      isStep: true,
    },
    {
      title: 'Misprediction per slice',
      unit: 'multiples of the capacity',
      fixed: [],
      values: judged(({ misprediction }, i) => parts(misprediction, i)),
    },
    {
      title: 'Misprediction cumulated',
      unit: 'multiples of the capacity',
      fixed: [],
      values: (series) => cumulated(judged(({ misprediction }, i) => parts(misprediction, i))(series)),
      sumsOf: 1,
    },
    {
      title: 'Violations: how far above the estimate',
      unit: 'multiples of the capacity',
      fixed: [],
      values: judged(({ violation }, i) => parts(violation, i)),
    },
    {
      title: 'Sellable to physical',
      unit: 'ratio',
      fixed: [
        plain(
          'one to one',
          capacity.map(() => 1),
          '1 3',
        ),
      ],
      values: ({ ratio }) => ratio,
      isStep: true,
    },
  ]
  const drawn = figures.map(({ title, unit: figureUnit, fixed, values, isStep, sumsOf }) => {
    const lines = [
      ...fixed,
      ...host.series.map((series): ChartLine => {
        const { color, dash } = styles.get(series.strategy) ?? { color: '#888888', dash: '' }
        return {
          name: series.strategy,
          strategy: series.strategy,
          values: values(series),
          color,
          dash,
          ...(isStep === undefined ? {} : { isStep }),
          ...(sumsOf === undefined ? {} : { sumsOf }),
        }
      }),
    ]
    return lineChart({ title, unit: figureUnit, epochsS, lines })
  })
  const table = '<details class="values"><summary>Table</summary><div class="scroll"></div></details>'
  const data = jsonInPage({ times: timeTexts(epochsS), box: chartBox, charts: drawn.map((chart) => chart.data) })
  return `${drawn.map(({ html }) => html + table).join('\n')}<script type="application/json">${data}</script>${violationTable(host)}${stabilityStrips(host)}`
}

/** Names may hold anything, also what would end the script. */
function jsonInPage(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function cumulated(values: readonly number[]): number[] {
  let sum = 0
  return values.map((value) => (Number.isFinite(value) ? (sum += value) : sum))
}

function violationTable(host: HostResults): string {
  const rows = host.series.map(({ strategy, judgements }) => {
    const known = judgements.filter((judgement) => judgement !== undefined)
    const violated = known.filter(({ isViolated }) => isViolated)
    const share = known.length === 0 ? 0 : violated.length / known.length
    const depth =
      violated.length === 0 ? 0 : violated.reduce((sum, { severity }) => sum + severity, 0) / violated.length
    const deepest = Math.max(0, ...violated.map(({ severity }) => severity))
    return `<tr><td>${escapeHtml(strategy)}</td><td>${format(share * 100)} %</td><td>${format(depth * 100)} %</td><td>${format(deepest * 100)} %</td></tr>`
  })
  return `<h3>Violations <span class="unit">share of the slices whose peak was above the estimate, and how far in parts of the peak</span></h3><div class="scroll"><table><thead><tr><th>strategy</th><th>slices</th><th>mean depth</th><th>deepest</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function stabilityStrips(host: HostResults): string {
  const strips = host.series
    .filter(({ strategy, isStable }) => ['scroogevm', 'greedy'].includes(strategy) && isStable.length > 0)
    .map(({ strategy, isStable }) => {
      const stable = isStable.filter(Boolean).length
      return `<div data-strategy="${escapeHtml(strategy)}"><span class="soft">${escapeHtml(strategy)}: stable in ${stable} of ${isStable.length} slices</span><div class="strip" role="img" aria-label="stable in ${stable} of ${isStable.length} slices">${isStable.map((yes) => `<i class="${yes ? 'yes' : ''}"></i>`).join('')}</div></div>`
    })
  return strips.length === 0
    ? ''
    : `<h3>Stability <span class="unit">full = stable, hatched = not</span></h3>${strips.join('')}`
}
