// Hosts by time. Any number of hosts: only the rows in sight are in the document. Arrows left and right move through time, plus
// and minus zoom, t goes to now; every bar can be reached by Tab and tells in words who holds the host and when. A drag over free
// time begins a reservation; the form and the table below are its twins.
import type { LeaseCalendarView } from '@gleaner/model'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { dayTime } from '../time/absolute.ts'
import { counted } from '../words/quantity.ts'
import { type Bar, barsOf } from './bars.ts'
import { spanText } from './lease-words.tsx'
import { type DraggedSpan, useDrag } from './use-drag.ts'
import { ticksOf, type TimeWindow, type Zoom } from './window.ts'

type HostRow = LeaseCalendarView['hosts'][number]

export interface TimelineProps {
  readonly hosts: readonly HostRow[]
  readonly window: TimeWindow
  readonly zoom: Zoom
  readonly nowMs: number
  readonly onMove: (quarters: number) => void
  readonly onZoom: (step: 1 | -1) => void
  readonly onNow: () => void
  readonly onOpen: (id: string) => void
  readonly onDrag: ((host: HostRow, span: DraggedSpan) => void) | undefined
}

const rowHeight = 30
/** The column of names beside the tracks, as in leases.css. */
const namesPx = 168
/** What is narrower than a finger is told in words, but is no button: the table has one for it. */
const leastButtonPx = 24

export function Timeline(props: TimelineProps) {
  const { hosts, window, zoom, nowMs, onMove, onZoom, onNow, onOpen, onDrag } = props
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: hosts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  const [trackPx, setTrackPx] = useState(0)
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => setTrackPx(Math.max(560, element.clientWidth - namesPx)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const ticks = useMemo(() => ticksOf(window, zoom), [window, zoom])
  const now = (nowMs - window.fromMs) / (window.toMs - window.fromMs)
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'ArrowLeft') onMove(-1)
    else if (event.key === 'ArrowRight') onMove(1)
    else if (event.key === '+' || event.key === '=') onZoom(-1)
    else if (event.key === '-') onZoom(1)
    else if (event.key === 't') onNow()
    else return
    event.preventDefault()
  }
  return (
    <div
      ref={scroller}
      className="g-cal"
      tabIndex={0}
      role="region"
      aria-label={`Calendar of ${counted(hosts.length, 'host')}, ${spanText(new Date(window.fromMs).toISOString(), new Date(window.toMs).toISOString())}. Arrows move through time, plus and minus zoom, t goes to now.`}
      onKeyDown={onKeyDown}
    >
      <div className="g-cal__row g-cal__head">
        <span className="g-cal__host g-quiet">Host</span>
        <div className="g-cal__track" aria-hidden="true">
          {ticks.map(({ atMs, at, text }) => (
            <span key={atMs} className="g-cal__tick g-num" style={{ left: `${at * 100}%` }}>
              {text}
            </span>
          ))}
        </div>
      </div>
      <div className="g-cal__body" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const host = hosts[index]
          return host === undefined ? null : (
            <div
              key={`${host.cloud} ${host.host}`}
              className="g-cal__row g-cal__line"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row host={host} window={window} zoom={zoom} trackPx={trackPx} onOpen={onOpen} onDrag={onDrag} />
            </div>
          )
        })}
        {now >= 0 && now <= 1 && (
          <div className="g-cal__over" aria-hidden="true">
            <span className="g-cal__now" style={{ left: `${now * 100}%` }} title={`Now, ${dayTime(nowMs)}`} />
          </div>
        )}
      </div>
    </div>
  )
}

type RowProps = Pick<TimelineProps, 'window' | 'zoom' | 'onOpen' | 'onDrag'> & {
  readonly host: HostRow
  readonly trackPx: number
}

const Row = memo(function RowOf({ host, window, zoom, trackPx, onOpen, onDrag }: RowProps) {
  const bars = useMemo(() => barsOf(host.busy, window), [host.busy, window])
  const drag = useDrag({ window, zoom, onDrag: onDrag === undefined ? undefined : (span) => onDrag(host, span) })
  return (
    <>
      <span className="g-cal__host g-cut" title={host.closed ?? host.host}>
        {host.host}
        {host.closed !== undefined && <span className="g-quiet"> · {host.closed}</span>}
      </span>
      <div className="g-cal__track" data-drag={onDrag !== undefined} {...drag.handlers}>
        {bars.map((bar) => (
          <BarOf
            key={`${bar.busy[0]?.start} ${bar.busy[0]?.id}`}
            bar={bar}
            host={host.host}
            isButton={(bar.to - bar.from) * trackPx >= leastButtonPx}
            onOpen={onOpen}
          />
        ))}
        {drag.drawn !== undefined && (
          <span
            className="g-cal__drawn"
            style={{ left: `${drag.drawn.from * 100}%`, width: `${(drag.drawn.to - drag.drawn.from) * 100}%` }}
          />
        )}
      </div>
    </>
  )
})

interface BarProps {
  readonly bar: Bar
  readonly host: string
  readonly isButton: boolean
  readonly onOpen: (id: string) => void
}

function BarOf({ bar: { from, to, busy }, host, isButton, onOpen }: BarProps) {
  const [first] = busy
  if (first === undefined) return null
  const style = { left: `${from * 100}%`, width: `max(3px, ${(to - from) * 100}%)` }
  const whole = spanText(first.start, busy.at(-1)?.end ?? first.end)
  if (busy.length > 1) {
    const words = `${counted(busy.length, 'lease')}, ${whole}: zoom in to tell them apart`
    return <span className="g-cal__bar" data-state="many" style={style} title={words} />
  }
  const { id, lease, project, state, openEnded } = first
  if (id === undefined || lease === undefined)
    return (
      <span className="g-cal__bar" data-state="others" style={style} title={`promised to somebody else, ${whole}`}>
        <span className="g-hidden">{`${host} is promised to somebody else, ${whole}`}</span>
      </span>
    )
  const words = `${lease} of ${project}, ${state}, ${whole}${openEnded === true ? ', renewed by itself' : ''}`
  if (!isButton)
    return (
      <span className="g-cal__bar" data-state={state} style={style} title={words}>
        <span className="g-hidden">{`${words}, on ${host}`}</span>
      </span>
    )
  return (
    <button
      type="button"
      className="g-cal__bar"
      data-state={state}
      data-endless={openEnded}
      style={style}
      title={words}
      aria-label={`${words}, on ${host}`}
      onClick={() => onOpen(id)}
    >
      {lease}
    </button>
  )
}
