// A chart of lines over slices as SVG: its axis of time and what a reader of screens is told. The lines and the axis of values are
// drawn by the page when they are looked at (page.ts), from values that stand in it once. Missing values break a line.
import { escapeHtml } from './escape-html.ts'

export interface ChartLine {
  readonly name: string
  readonly values: readonly number[]
  readonly color: string
  readonly dash: string
  /** A group that the choice of strategies shows and hides; none = always there. */
  readonly strategy?: string
  readonly hasArea?: boolean
  readonly isStep?: boolean
  /** The values are sums of the same line in that chart of the host. */
  readonly sumsOf?: number
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

/** What the script of the page draws the lines and the table from: every value stands in the page once. */
export interface ChartData {
  readonly lines: readonly LineData[]
}

/** A line of a strategy looks like all of that strategy in the page; any other tells its name and looks. */
interface LineData extends Partial<Pick<ChartLine, 'name' | 'color' | 'dash' | 'strategy'>> {
  readonly hasArea?: true
  readonly isStep?: true
  /** Null where there is none. */
  readonly values?: readonly (number | null)[]
  /** In place of values: sums of the same line in that chart of the host. */
  readonly sumsOf?: number
}

/** Where lines are within the picture. */
export const chartBox = { left, top, width: width - left - right, height: height - top - bottom, fullWidth: width }

export function lineChart(chart: Chart): { readonly html: string; readonly data: ChartData } {
  const { title, unit, epochsS, lines } = chart
  const count = Math.max(2, epochsS.length)
  const x = (i: number): string => (left + (chartBox.width * i) / (count - 1)).toFixed(1)
  const times = timeLabels(epochsS).map(
    ({ index, text }) => `<text x="${x(index)}" y="${height - 8}">${escapeHtml(text)}</text>`,
  )
  const html = `<figure class="chart"><figcaption>${escapeHtml(title)} <span class="unit">(${escapeHtml(unit)})</span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}, ${unit}; the table below has the values`)}">
<path class="grid" d=""/><g class="tick axis" text-anchor="end"></g><g class="tick" text-anchor="middle">${times.join('')}</g><g class="lines"></g><line class="cursor" y1="${top}" y2="${height - bottom}" x1="-9" x2="-9"/></svg>
<div class="readout" aria-live="off">&nbsp;</div></figure>`
  return { html, data: { lines: lines.map(lineData) } }
}

function lineData({ name, color, dash, strategy, values, hasArea, isStep, sumsOf }: ChartLine): LineData {
  return {
    ...(strategy === undefined ? { name, color, dash } : { strategy }),
    ...(hasArea === true ? { hasArea } : {}),
    ...(isStep === true ? { isStep } : {}),
    ...(sumsOf === undefined ? { values: values.map(shorten) } : { sumsOf }),
  }
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
