// A chart of lines over slices as SVG, with its axes, its legend and what a reader of screens is told. Missing values break
// the line. The values for the pointer's read-out ride along as JSON.
import { escapeHtml } from './escape-html.ts'

export interface ChartLine {
  readonly name: string
  readonly values: readonly number[]
  readonly color: string
  readonly dash: string
  /** A group that the choice of strategies shows and hides; none = always there. */
  readonly strategy?: string
  readonly isArea?: boolean
  readonly isStep?: boolean
}

export interface Chart {
  readonly title: string
  readonly unit: string
  readonly epochsS: readonly number[]
  readonly lines: readonly ChartLine[]
}

const width = 920
const height = 260
const left = 56
const right = 12
const top = 10
const bottom = 28

export function lineChart(chart: Chart): string {
  const { title, unit, epochsS, lines } = chart
  const finite = lines.flatMap(({ values }) => values.filter((value) => Number.isFinite(value)))
  const ticks = niceTicks(Math.min(0, ...finite), Math.max(0, ...finite))
  const [low, high] = [ticks[0] as number, ticks.at(-1) as number]
  const count = Math.max(2, epochsS.length)
  const x = (i: number): number => left + ((width - left - right) * i) / (count - 1)
  const y = (value: number): number => top + (height - top - bottom) * (1 - (value - low) / (high - low))
  const grid = ticks.map((tick) => {
    const at = y(tick).toFixed(1)
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${at}" y2="${at}"/><text class="tick" x="${left - 6}" y="${at}" dy="4" text-anchor="end">${format(tick)}</text>`
  })
  const labels = timeLabels(epochsS).map(
    ({ index, text }) =>
      `<text class="tick" x="${x(index).toFixed(1)}" y="${height - 8}" text-anchor="middle">${escapeHtml(text)}</text>`,
  )
  const drawn = lines.map((line) => {
    const attribute = line.strategy === undefined ? '' : ` data-strategy="${escapeHtml(line.strategy)}"`
    const path = pathOf(line, x, y)
    if (line.isArea === true) {
      const base = y(Math.max(low, 0)).toFixed(1)
      const area = `${path} L${x(line.values.length - 1).toFixed(1)} ${base} L${x(0).toFixed(1)} ${base} Z`
      return `<path class="area"${attribute} d="${area}" fill="${line.color}"/>`
    }
    const dash = line.dash === '' ? '' : ` stroke-dasharray="${line.dash}"`
    return `<path class="line"${attribute} d="${path}" stroke="${line.color}"${dash}/>`
  })
  const data = JSON.stringify({
    unit,
    left,
    right,
    width,
    times: timeTexts(epochsS),
    lines: lines
      .filter(({ isArea }) => isArea !== true)
      .map(({ name, strategy, values }) => ({ name, strategy, values: values.map(shorten) })),
  })
  return `<figure class="chart"><figcaption>${escapeHtml(title)} <span class="unit">(${escapeHtml(unit)})</span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}, ${unit}; the table below has the values`)}">
${grid.join('')}${labels.join('')}${drawn.join('')}<line class="cursor" y1="${top}" y2="${height - bottom}" x1="-9" x2="-9"/></svg>
<div class="readout" aria-live="off">&nbsp;</div>
<script type="application/json">${data.replaceAll('<', '\\u003c')}</script></figure>`
}

function pathOf(line: ChartLine, x: (i: number) => number, y: (value: number) => number): string {
  const parts: string[] = []
  let isDown = false
  let before = 0
  for (const [i, value] of line.values.entries()) {
    if (!Number.isFinite(value)) {
      isDown = false
      continue
    }
    const point = `${x(i).toFixed(1)} ${y(value).toFixed(1)}`
    if (!isDown) parts.push(`M${point}`)
    else if (line.isStep === true) parts.push(`L${x(i).toFixed(1)} ${y(before).toFixed(1)} L${point}`)
    else parts.push(`L${point}`)
    isDown = true
    before = value
  }
  return parts.join(' ')
}

export function niceTicks(low: number, high: number): number[] {
  const span = high - low > 0 ? high - low : 1
  const rough = span / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const ticks: number[] = []
  for (let at = Math.floor(low / step) * step; at < high + step * 0.999; at += step)
    ticks.push(Number(at.toPrecision(12)))
  if (ticks.length < 2) ticks.push((ticks[0] as number) + step)
  return ticks
}

export function format(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (Math.abs(value) >= 10_000) return `${Number((value / 1000).toPrecision(4))}k`
  return String(Number(value.toPrecision(4)))
}

function shorten(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(5)) : null
}

/** Epochs above 1e9 are dates; others seconds since the start. */
export function timeTexts(epochsS: readonly number[]): string[] {
  const isDate = epochsS.every((epoch) => epoch > 1e9)
  return epochsS.map((epoch) => {
    if (isDate) return new Date(epoch * 1000).toISOString().slice(0, 16).replace('T', ' ')
    return `${Number((epoch / 3600).toFixed(2))} h`
  })
}

function timeLabels(epochsS: readonly number[]): { index: number; text: string }[] {
  const texts = timeTexts(epochsS)
  const every = Math.max(1, Math.ceil(epochsS.length / 8))
  return texts.flatMap((text, index) => (index % every === 0 ? [{ index, text: text.slice(-11) }] : []))
}
