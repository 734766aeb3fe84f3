// Draws the heat map: one cell a host, its share as colour, trouble as a shape. Pure but for the canvas it draws upon.
import type { Trouble } from './shade.ts'

interface HeatCell {
  readonly name: string
  readonly share: number | undefined
  readonly trouble: Trouble | undefined
}

export interface HeatLayout {
  readonly columns: number
  readonly rows: number
  readonly size: number
  readonly gap: number
}

export interface HeatColours {
  readonly low: readonly [number, number, number]
  readonly high: readonly [number, number, number]
  readonly none: string
  readonly onLow: string
  readonly onHigh: string
}

const gap = 3

/** The largest cells that fill the width and stay within the height; never below 9 px. */
export function layOut(count: number, width: number, maxHeight: number): HeatLayout {
  for (let size = 76; size > 9; size--) {
    const columns = Math.max(1, Math.floor((width + gap) / (size + gap)))
    const rows = Math.ceil(count / columns)
    if (rows * (size + gap) - gap <= maxHeight) return { columns, rows, size, gap }
  }
  const columns = Math.max(1, Math.floor((width + gap) / (9 + gap)))
  return { columns, rows: Math.ceil(count / columns), size: 9, gap }
}

export function cellAt(layout: HeatLayout, x: number, y: number): number | undefined {
  const step = layout.size + layout.gap
  const column = Math.floor(x / step)
  const row = Math.floor(y / step)
  if (column < 0 || column >= layout.columns || row < 0) return undefined
  return row * layout.columns + column
}

interface Drawing {
  readonly cells: readonly HeatCell[]
  readonly layout: HeatLayout
  readonly colours: HeatColours
  readonly font: string
  readonly marked: number | undefined
}

export function drawHeatMap(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { cells, layout, colours, font, marked } = drawing
  const { columns, size } = layout
  const step = size + layout.gap
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  for (const [i, cell] of cells.entries()) {
    const x = (i % columns) * step
    const y = Math.floor(i / columns) * step
    const { share } = cell
    context.fillStyle = share === undefined ? colours.none : mix(colours, share)
    context.beginPath()
    context.roundRect(x, y, size, size, size > 20 ? 5 : 2)
    context.fill()
    const ink = share !== undefined && share > 0.45 ? colours.onHigh : colours.onLow
    if (size >= 46) {
      context.fillStyle = ink
      context.font = `500 11px ${font}`
      context.fillText(cell.name.length > 9 ? `…${cell.name.slice(-8)}` : cell.name, x + 6, y + 16, size - 10)
      context.font = `600 14px ${font}`
      if (share !== undefined) context.fillText(`${Math.round(share * 100)} %`, x + 6, y + size - 9, size - 12)
    }
    if (cell.trouble !== undefined) {
      const mark = Math.max(5, Math.min(12, size * 0.5))
      drawMark(context, cell.trouble, {
        x: x + size - mark - size * 0.1,
        y: y + size - mark - size * 0.1,
        size: mark,
        ink,
      })
    }
    if (i === marked) {
      context.strokeStyle = colours.onLow
      context.lineWidth = 2
      context.beginPath()
      context.roundRect(x + 1, y + 1, size - 2, size - 2, size > 20 ? 5 : 2)
      context.stroke()
    }
  }
}

function mix({ low, high }: HeatColours, share: number): string {
  // A curve that keeps small shares apart: most hosts of a cloud are nearly idle.
  const t = Math.sqrt(Math.min(1, Math.max(0, share)))
  const part = (i: 0 | 1 | 2) => Math.round(low[i] + (high[i] - low[i]) * t)
  return `rgb(${part(0)} ${part(1)} ${part(2)})`
}

interface MarkBox {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly ink: string
}

function drawMark(context: CanvasRenderingContext2D, { shape }: Trouble, { x, y, size, ink }: MarkBox): void {
  context.strokeStyle = ink
  context.fillStyle = ink
  context.lineWidth = Math.max(1.5, size / 6)
  context.beginPath()
  if (shape === 'cross') {
    context.moveTo(x, y)
    context.lineTo(x + size, y + size)
    context.moveTo(x + size, y)
    context.lineTo(x, y + size)
    context.stroke()
  } else if (shape === 'bars') {
    context.moveTo(x + size * 0.25, y)
    context.lineTo(x + size * 0.25, y + size)
    context.moveTo(x + size * 0.75, y)
    context.lineTo(x + size * 0.75, y + size)
    context.stroke()
  } else if (shape === 'triangle') {
    context.moveTo(x + size / 2, y)
    context.lineTo(x + size, y + size)
    context.lineTo(x, y + size)
    context.fill()
  } else if (shape === 'half') {
    context.arc(x + size / 2, y + size / 2, size / 2, Math.PI / 2, (Math.PI * 3) / 2)
    context.fill()
  } else {
    context.arc(x + size / 2, y + size / 2, size / 2.4, 0, Math.PI * 2)
    context.setLineDash([2, 2])
    context.stroke()
    context.setLineDash([])
  }
}
