// A table of any length: only the rows in sight are in the document, the screen reader is told the true count. Rows that
// are not there yet are drawn as placeholders of the same height, and so are for a moment those that have just come into
// sight: their cells are drawn when there is time, so that fast scrolling never waits for rows that are gone again.
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useDeferredValue, useEffect, useRef } from 'react'
import './virtual-table.css'

export interface Column<T> {
  readonly key: string
  readonly title: string
  /** A track of CSS grid. */
  readonly width: string
  readonly right?: boolean
  /** Name of the order it can be sorted by. */
  readonly sort?: string
  readonly cell: (row: T) => ReactNode
}

interface VirtualTableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly total: number
  readonly rowAt: (index: number) => T | undefined
  readonly keyOf: (row: T) => string
  readonly order?: string | undefined
  readonly onOrder?: (order: string) => void
  readonly onRange?: (first: number, last: number) => void
  /** When it changes the table goes back to its top. */
  readonly subject?: string
  readonly minWidth?: number
}

const rowHeight = 40
/** Rows beyond each edge: what one turn of a wheel brings into sight is there already. */
const overscan = 5

export function VirtualTable<T>(props: VirtualTableProps<T>) {
  const { label, columns, total, rowAt, keyOf, order, onOrder, onRange, subject, minWidth = 900 } = props
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  })
  const items = rows.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  const drawnFirst = useDeferredValue(first)
  const drawnLast = useDeferredValue(last)
  useEffect(() => {
    onRange?.(first, last)
  }, [onRange, first, last])
  useEffect(() => {
    // No arrow without braces: newer browsers return a promise here, and React would take it for a cleanup.
    scroller.current?.scrollTo({ top: 0 })
  }, [subject])
  const gridTemplateColumns = columns.map(({ width }) => width).join(' ')
  return (
    <div ref={scroller} className="g-vt" tabIndex={0} role="region" aria-label={`${label}, scrollable`}>
      <div
        role="table"
        aria-label={label}
        aria-rowcount={total + 1}
        aria-colcount={columns.length}
        style={{ minWidth }}
      >
        <div role="rowgroup" className="g-vt__head">
          <div role="row" aria-rowindex={1} className="g-vt__row" style={{ gridTemplateColumns }}>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </div>
        </div>
        <div role="rowgroup" className="g-vt__body" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index)
            const isDrawn = row !== undefined && index >= drawnFirst && index <= drawnLast
            return (
              <div
                key={row === undefined ? `place ${index}` : keyOf(row)}
                role="row"
                aria-rowindex={index + 2}
                className="g-vt__row"
                style={{ gridTemplateColumns, transform: `translateY(${start}px)` }}
              >
                {isDrawn ? <Cells row={row} columns={columns} /> : <Placeholder columns={columns.length} />}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function CellsOf<T>({ row, columns }: { readonly row: T; readonly columns: readonly Column<T>[] }) {
  return columns.map(({ key, right, cell }) => (
    <div key={key} role="cell" className={right === true ? 'g-vt__cell g-vt__cell--right' : 'g-vt__cell'}>
      {cell(row)}
    </div>
  ))
}
const Cells = memo(CellsOf) as unknown as typeof CellsOf

function Placeholder({ columns }: { readonly columns: number }) {
  return (
    <div role="cell" aria-colspan={columns} className="g-vt__cell g-vt__place">
      <span className="g-hidden">loading</span>
    </div>
  )
}

interface HeadingProps<T> {
  readonly column: Column<T>
  readonly order: string | undefined
  readonly onOrder: ((order: string) => void) | undefined
}

function Heading<T>({ column: { title, right, sort }, order, onOrder }: HeadingProps<T>) {
  const className = right === true ? 'g-vt__cell g-vt__cell--right' : 'g-vt__cell'
  if (sort === undefined || onOrder === undefined) {
    return (
      <div role="columnheader" className={className}>
        {title}
      </div>
    )
  }
  const direction = order === sort ? 'ascending' : order === `-${sort}` ? 'descending' : 'none'
  return (
    <div role="columnheader" aria-sort={direction} className={className}>
      <button type="button" onClick={() => onOrder(direction === 'ascending' ? `-${sort}` : sort)}>
        {title}
        <span aria-hidden="true" className="g-vt__arrow">
          {direction === 'ascending' ? '▲' : direction === 'descending' ? '▼' : ''}
        </span>
      </button>
    </div>
  )
}
