// One window of one series, looked up: which stored data it touches and what they add up to. Made once and used for one
// window after the other.
import { metrics } from '@gleaner/model'
import type { Block } from './block.ts'
import type { Layout } from './layout.ts'
import { idleMetric } from './sample-writer.ts'
import { WindowSelection } from './window-selection.ts'
import { WindowTotals } from './window-totals.ts'

export class OpenWindow {
  readonly #layout: Layout
  readonly selection: WindowSelection
  readonly totals: WindowTotals
  readonly steps = { first: 0, last: 0 }
  lengthMs = 0
  /** index * metrics + metric: which ring and which tiles. */
  series = 0
  isIdle = false

  constructor(layout: Layout) {
    this.#layout = layout
    this.selection = new WindowSelection(layout)
    this.totals = new WindowTotals(layout)
  }

  /** `others` are windows of the same subject: those beyond the ring have the same rows. */
  open(
    block: Block,
    window: { readonly series: number; readonly lengthMs: number; readonly toMs: number },
    others: { readonly windows: readonly OpenWindow[]; readonly count: number },
  ): void {
    const { stepMs } = this.#layout
    const { series, lengthMs, toMs } = window
    this.series = series
    this.lengthMs = lengthMs
    this.steps.first = Math.ceil((toMs - lengthMs) / stepMs)
    this.steps.last = Math.ceil(toMs / stepMs) - 1
    this.#lookUp(block, others)
  }

  /** The window that another one becomes so many steps later, with what is stored now. */
  openLater(block: Block, now: OpenWindow, steps: number): void {
    this.series = now.series
    this.lengthMs = now.lengthMs
    this.steps.first = now.steps.first + steps
    this.steps.last = now.steps.last + steps
    this.#lookUp(block, { windows: [now], count: 1 })
  }

  #lookUp(block: Block, others: { readonly windows: readonly OpenWindow[]; readonly count: number }): void {
    const { selection, totals, series } = this
    this.isIdle = series % metrics.length === idleMetric
    selection.select(block, series, this.steps)
    const like = this.#withSameRows(others)
    if (like === undefined) totals.takeRows(block, series, selection)
    else totals.takeRowsOf(like.totals)
    totals.addTiles(block, selection)
  }

  #withSameRows({ windows, count }: { readonly windows: readonly OpenWindow[]; readonly count: number }) {
    const { firstRow, lastRow } = this.selection
    for (let i = 0; i < count; i++) {
      const other = windows[i] as OpenWindow
      const { selection } = other
      if (other === this || other.series !== this.series) continue
      if (selection.firstRow === firstRow && selection.lastRow === lastRow) return other
    }
    return undefined
  }
}
