// The frontier of strategies: capacity left unsold against violations, one mark a strategy; those on the frontier (nobody
// is better in both) are filled and joined. A strategy whose knob was turned is a line of smaller marks with the values of the
// knob, named at its end. The oracle is shown, but who knows the future does not compete.
import { partsOf } from '../run/lab-strategy.ts'
import { escapeHtml } from './escape-html.ts'
import { format, niceTicks } from './line-chart.ts'

export interface FrontierPoint {
  readonly strategy: string
  readonly misprediction: number
  readonly violation: number
  readonly color: string
}

const width = 920
const height = 360
const left = 64
const right = 150
const top = 14
const bottom = 44
/** Room a name takes. */
const labelWidth = 130
const labelHeight = 13
const knobWidth = 38

export function onFrontier(points: readonly FrontierPoint[]): FrontierPoint[] {
  return points.filter(
    (one) =>
      !points.some(
        (other) =>
          other !== one &&
          other.misprediction <= one.misprediction &&
          other.violation <= one.violation &&
          (other.misprediction < one.misprediction || other.violation < one.violation),
      ),
  )
}

/** Those of one strategy with its knob turned, in the order of the knob; a single one is no line. */
export function knobLines(points: readonly FrontierPoint[]): FrontierPoint[][] {
  const lines = new Map<string, { readonly point: FrontierPoint; readonly knob: number }[]>()
  for (const point of points) {
    const { strategy, knob } = partsOf(point.strategy)
    if (knob !== undefined) lines.set(strategy, [...(lines.get(strategy) ?? []), { point, knob }])
  }
  return [...lines.values()]
    .filter(({ length }) => length > 1)
    .map((line) => line.toSorted((a, b) => a.knob - b.knob).map(({ point }) => point))
}

export function frontierChart(points: readonly FrontierPoint[]): string {
  const xTicks = niceTicks(0, Math.max(1e-9, ...points.map(({ violation }) => violation)))
  const yTicks = niceTicks(0, Math.max(1e-9, ...points.map(({ misprediction }) => misprediction)))
  // Violations reach over orders of magnitude and to 0: the square root spreads the small ones.
  const x = (value: number): number => left + (width - left - right) * Math.sqrt(value / (xTicks.at(-1) as number))
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / (yTicks.at(-1) as number))
  const best = onFrontier(points.filter(({ strategy }) => strategy !== 'oracle')).sort(
    (a, b) => a.violation - b.violation,
  )
  const grid = [
    ...yTicks.map(
      (tick) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/><text class="tick" x="${left - 6}" y="${y(tick).toFixed(1)}" dy="4" text-anchor="end">${format(tick)}</text>`,
    ),
    ...xTicks.map(
      (tick) =>
        `<line class="grid" y1="${top}" y2="${height - bottom}" x1="${x(tick).toFixed(1)}" x2="${x(tick).toFixed(1)}"/><text class="tick" x="${x(tick).toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${format(tick)}</text>`,
    ),
  ]
  const pathOf = (line: readonly FrontierPoint[]): string =>
    line
      .map(
        ({ violation, misprediction }, i) =>
          `${i === 0 ? 'M' : 'L'}${x(violation).toFixed(1)} ${y(misprediction).toFixed(1)}`,
      )
      .join(' ')
  const lines = knobLines(points)
  const ends = new Set(lines.map((line) => line.at(-1)))
  const turned = lines.map((line) => `<path class="line" d="${pathOf(line)}" stroke="${line[0]?.color ?? ''}"/>`)
  const taken: { x: number; y: number; room: number }[] = []
  const isTaken = (atX: number, atY: number, room: number): boolean =>
    taken.some((other) => atX < other.x + other.room && other.x < atX + room && Math.abs(other.y - atY) < labelHeight)
  const isNamed = (point: FrontierPoint): boolean => partsOf(point.strategy).knob === undefined || ends.has(point)
  const marks = points
    // Names first: values of a knob give way to them.
    .toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || a.misprediction - b.misprediction)
    .map((point) => {
      const cx = x(point.violation)
      const cy = y(point.misprediction)
      const { knob } = partsOf(point.strategy)
      const hasName = isNamed(point)
      const room = hasName ? labelWidth : knobWidth
      let at = cy
      // Upwards from the mark, or downwards where the top is full. The value of a knob away from its mark says less than none.
      if (hasName)
        for (let step = 1; isTaken(cx, at, room) || at < top; step++)
          at = cy + labelHeight * Math.ceil(step / 2) * (step % 2 === 1 ? -1 : 1)
      const isShown = !isTaken(cx, at, room)
      if (isShown) taken.push({ x: cx, y: at, room })
      const isBest = best.includes(point)
      const name = escapeHtml(point.strategy)
      const fill = isBest ? point.color : 'none'
      const label = hasName ? name : isShown ? knob : ''
      return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${knob === undefined ? 5 : 3}" fill="${fill}" stroke="${point.color}" stroke-width="2"><title>${name}: misprediction ${format(point.misprediction)}, violation ${format(point.violation)}</title></circle><text class="mark" x="${(cx + 9).toFixed(1)}" y="${at.toFixed(1)}" dy="4">${label}</text>`
    })
  return `<figure class="chart"><figcaption>Frontier of strategies <span class="unit">(sums over the slices in multiples of the capacity; left and low is better; filled = nobody is better in both)</span></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Frontier of strategies; the table has the values">${grid.join('')}${turned.join('')}<path class="line frontier" d="${pathOf(best)}"/>${marks.join('')}
<text class="tick" x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">violation (square-root scale)</text>
<text class="tick" transform="translate(14 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">misprediction</text></svg></figure>`
}
