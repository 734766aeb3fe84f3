// The hosts at a glance. The pointer names the host under it and opens it; the table below is its twin for the keyboard and
// the screen reader.
import type { HostView } from '@gleaner/model'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useIsDark } from '../app/theme.ts'
import { cellAt, drawHeatMap, type HeatColours, layOut } from './draw-heat-map.ts'
import './hosts.css'
import { type ResourceKey, type Shading, shadingWord, shareOf, tellHost, troubleOf } from './shade.ts'

interface HeatMapProps {
  readonly hosts: readonly HostView[]
  readonly by: Shading
  readonly resource: ResourceKey
}

const maxHeight = 260

function coloursOf(by: Shading, dark: boolean): HeatColours {
  const wheat = by === 'idle'
  const red = by === 'overdrawn'
  if (dark) {
    return {
      low: wheat ? [44, 41, 30] : [31, 44, 42],
      high: red ? [240, 120, 108] : wheat ? [236, 186, 74] : [92, 202, 192],
      none: '#2a302e',
      onLow: '#e8eeeb',
      onHigh: '#08211f',
    }
  }
  return {
    low: wheat ? [252, 247, 232] : [231, 241, 239],
    high: red ? [166, 28, 28] : wheat ? [228, 168, 30] : [10, 92, 92],
    none: '#e4e7e5',
    onLow: '#22302d',
    onHigh: wheat ? '#2d1f00' : '#ffffff',
  }
}

export function HeatMap({ hosts, by, resource }: HeatMapProps) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [over, setOver] = useState<number | undefined>(undefined)
  const dark = useIsDark()
  const [, go] = useLocation()
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const layout = useMemo(() => layOut(hosts.length, Math.max(200, width), maxHeight), [hosts.length, width])
  const colours = coloursOf(by, dark)
  const height = layout.rows * (layout.size + layout.gap)
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context || width === 0) return
    const ratio = window.devicePixelRatio || 1
    element.width = Math.round(width * ratio)
    element.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    drawHeatMap(context, {
      cells: hosts.map((host) => ({ name: host.name, share: shareOf(host, by, resource), trouble: troubleOf(host) })),
      layout,
      colours,
      font: getComputedStyle(element).fontFamily,
      marked: over,
    })
  }, [hosts, by, resource, layout, width, height, dark, over])
  const under = (event: React.MouseEvent) => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const index = cellAt(layout, event.clientX - left, event.clientY - top)
    return index !== undefined && index < hosts.length ? index : undefined
  }
  const host = over === undefined ? undefined : hosts[over]
  return (
    <div className="g-heat">
      <div ref={box} style={{ height }}>
        <canvas
          ref={canvas}
          role="img"
          aria-label={`${hosts.length} hosts coloured by ${shadingWord[by]}. The table below has the same values.`}
          style={{ width: '100%', height, cursor: host === undefined ? 'default' : 'pointer' }}
          onMouseMove={(event) => setOver(under(event))}
          onMouseLeave={() => setOver(undefined)}
          onClick={(event) => {
            const index = under(event)
            const target = index === undefined ? undefined : hosts[index]
            if (target !== undefined) go(`/hosts/${encodeURIComponent(target.id)}`)
          }}
        />
      </div>
      <div className="g-heat__foot">
        <span className="g-heat__scale" aria-hidden="true">
          0 %
          <span
            className="g-heat__ramp"
            style={{
              background: `linear-gradient(90deg, rgb(${colours.low.join(' ')}), rgb(${colours.high.join(' ')}))`,
            }}
          />
          100 %
        </span>
        <span className="g-cut">
          {host === undefined
            ? '✕ down   ‖ maintenance or disabled   ▲ overdrawn   ◖ asleep   ◌ not measured'
            : tellHost(host, by, resource)}
        </span>
      </div>
    </div>
  )
}
