// A span of time drawn with the pointer over the track of a host. What is shorter than a few pixels was a click.
import { useState } from 'react'
import { grainOf, type TimeWindow, type Zoom } from './window.ts'

export interface DraggedSpan {
  readonly startMs: number
  readonly endMs: number
}

interface Drawn {
  /** Shares of the window. */
  readonly from: number
  readonly to: number
}

interface DragOptions {
  readonly window: TimeWindow
  readonly zoom: Zoom
  readonly onDrag: ((span: DraggedSpan) => void) | undefined
}

const leastPixels = 5

export function useDrag({ window, zoom, onDrag }: DragOptions) {
  const [begun, setBegun] = useState<number | undefined>(undefined)
  const [at, setAt] = useState(0)
  const shareOf = (event: React.PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return width === 0 ? 0 : Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const drawn: Drawn | undefined =
    begun === undefined || begun === at ? undefined : { from: Math.min(begun, at), to: Math.max(begun, at) }
  const end = () => setBegun(undefined)
  const handlers =
    onDrag === undefined
      ? {}
      : {
          onPointerDown: (event: React.PointerEvent) => {
            if (event.button !== 0 || event.target !== event.currentTarget) return
            event.currentTarget.setPointerCapture(event.pointerId)
            setBegun(shareOf(event))
            setAt(shareOf(event))
          },
          onPointerMove: (event: React.PointerEvent) => begun !== undefined && setAt(shareOf(event)),
          onPointerUp: (event: React.PointerEvent) => {
            if (begun === undefined) return
            const { width } = event.currentTarget.getBoundingClientRect()
            const to = shareOf(event)
            end()
            if (Math.abs(to - begun) * width >= leastPixels)
              onDrag(rounded({ from: Math.min(begun, to), to: Math.max(begun, to) }, window, zoom))
          },
          onPointerCancel: end,
        }
  return { drawn, handlers }
}

function rounded({ from, to }: Drawn, { fromMs, toMs }: TimeWindow, zoom: Zoom): DraggedSpan {
  const grainMs = grainOf(zoom)
  const near = (share: number) => Math.round((fromMs + share * (toMs - fromMs)) / grainMs) * grainMs
  const startMs = near(from)
  return { startMs, endMs: Math.max(startMs + grainMs, near(to)) }
}
