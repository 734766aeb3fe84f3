// Tables for people. Every column is as wide as its widest cell; numbers stand right. Where the terminal is narrower, the
// columns that may shrink do so first, the widest first and never below `least`; then columns of low rank are left out.
import { type Colour, type Style, stateColour } from './style.ts'
import { cut, textWidth } from './text-width.ts'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly right?: boolean
  readonly colour?: (row: Row) => Colour | undefined
  /** May be cut down to so many columns; absent: never. */
  readonly least?: number
  /** The higher, the earlier it is left out; absent: never. */
  readonly rank?: number
}

const gap = '  '

export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  how: { readonly style: Style; readonly width: number | undefined },
): string {
  const cells = new Map(columns.map((column) => [column, rows.map((row) => oneLine(column.cell(row)))]))
  const natural = (column: Column<Row>) =>
    Math.max(textWidth(column.title), ...(cells.get(column) ?? []).map(textWidth))
  // A column in which nothing stands tells nothing.
  let shown = columns.filter((column) => rows.length === 0 || (cells.get(column) ?? []).some((cell) => cell !== ''))
  let widths = new Map(shown.map((column) => [column, natural(column)]))
  if (how.width !== undefined) {
    for (;;) {
      widths = fit(shown, new Map(shown.map((column) => [column, natural(column)])), how.width)
      const last = leastWanted(shown)
      if (total(widths) <= how.width || last === undefined) break
      shown = shown.filter((column) => column !== last)
    }
  }
  const line = (texts: readonly string[], colours: readonly (Colour | undefined)[]) =>
    texts
      .map((text, index) =>
        pad(how.style, {
          text,
          colour: colours[index],
          column: shown[index],
          widths,
          last: index === shown.length - 1,
        }),
      )
      .join(gap)
      .trimEnd()
  const head = line(
    shown.map((column) => column.title.toUpperCase()),
    shown.map(() => 'dim'),
  )
  const body = rows.map((row, index) =>
    line(
      shown.map((column) => cells.get(column)?.[index] ?? ''),
      shown.map((column) => column.colour?.(row)),
    ),
  )
  return `${[head, ...body].join('\n')}\n`
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}

interface Cell<Row> {
  readonly text: string
  readonly colour: Colour | undefined
  readonly column: Column<Row> | undefined
  readonly widths: ReadonlyMap<Column<Row>, number>
  readonly last: boolean
}

function pad<Row>(style: Style, cell: Cell<Row>): string {
  const width = (cell.column && cell.widths.get(cell.column)) ?? 0
  const text = cut(cell.text, width)
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  const shown = style(text, cell.colour)
  if (cell.column?.right === true) return space + shown
  return cell.last ? shown : shown + space
}

function total<Row>(widths: ReadonlyMap<Column<Row>, number>): number {
  let sum = Math.max(0, widths.size - 1) * gap.length
  for (const width of widths.values()) sum += width
  return sum
}

function fit<Row>(
  columns: readonly Column<Row>[],
  widths: Map<Column<Row>, number>,
  width: number,
): Map<Column<Row>, number> {
  let excess = total(widths) - width
  while (excess > 0) {
    const shrinkable = columns.filter(
      (column) => (widths.get(column) ?? 0) > (column.least ?? Number.POSITIVE_INFINITY),
    )
    const widest = shrinkable.sort((a, b) => (widths.get(b) ?? 0) - (widths.get(a) ?? 0))[0]
    if (widest === undefined) break
    widths.set(widest, (widths.get(widest) ?? 0) - 1)
    excess--
  }
  return widths
}

function leastWanted<Row>(columns: readonly Column<Row>[]): Column<Row> | undefined {
  let found: Column<Row> | undefined
  for (const column of columns) if (column.rank !== undefined && column.rank >= (found?.rank ?? 0)) found = column
  return found
}

/** Colours a cell that holds a state by that state. */
export function byState<Row>(read: (row: Row) => string): (row: Row) => Colour | undefined {
  return (row) => stateColour(read(row))
}
