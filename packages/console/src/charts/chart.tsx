// Values over time, drawn by uPlot in the colours of the theme; the pointer shows the values of its moment as text.
import { useEffect, useRef, useState } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useIsDark } from '../app/theme.ts'
import { dayTime } from '../time/absolute.ts'
import type { ChartProps, ChartSeries } from './chart-types.ts'

const toneVariable: Readonly<Record<ChartSeries['tone'], string>> = {
  accent: '--g-firm',
  wheat: '--g-wheat',
  text: '--g-text',
  quiet: '--g-quiet',
}

export function Chart({ title, atMs, series, format, height = 200 }: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  const dark = useIsDark()
  const [readout, setReadout] = useState('')
  const shape = series.map(({ name, tone, dash, fill }) => `${name}${tone}${dash}${fill}`).join()
  const data = [atMs.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])] as UPlot.AlignedData
  const latest = useRef({ data, series, format })
  latest.current = { data, series, format }

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const styles = getComputedStyle(document.documentElement)
    const colour = (name: string) => styles.getPropertyValue(name).trim()
    const font = `12px ${colour('--pf-t--global--font--family--body')}`
    const axis = {
      stroke: colour('--g-quiet'),
      font,
      grid: { stroke: colour('--g-line'), width: 1 },
      ticks: { show: false },
    }
    const made = new UPlot(
      {
        width: Math.max(200, element.clientWidth),
        height,
        legend: { show: false },
        cursor: { points: { size: 7 }, drag: { x: false, y: false } },
        scales: { x: { time: true }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
        axes: [
          { ...axis },
          {
            ...axis,
            size: 76,
            values: (_, ticks) => ticks.map((tick) => latest.current.format(tick)),
          },
        ],
        series: [
          {},
          ...latest.current.series.map(({ name, tone, dash, fill }) => ({
            label: name,
            stroke: colour(toneVariable[tone]),
            width: 1.6,
            points: { show: false },
            ...(dash === true ? { dash: [5, 4] } : {}),
            ...(fill === true ? { fill: `${colour(toneVariable[tone])}26` } : {}),
          })),
        ],
        hooks: {
          setCursor: [
            (self) => {
              const { idx } = self.cursor
              if (idx === null || idx === undefined) return setReadout('')
              const at = self.data[0][idx]
              if (at === undefined) return
              const parts = latest.current.series.map(({ name }, i) => {
                const value = self.data[i + 1]?.[idx]
                return `${name} ${value === null || value === undefined ? 'no data' : latest.current.format(value)}`
              })
              setReadout(`${dayTime(at * 1000)} · ${parts.join(' · ')}`)
            },
          ],
        },
      },
      latest.current.data,
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: Math.max(200, element.clientWidth), height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
    // The shape decides the drawing; new values are set below without making it anew.
  }, [shape, dark, height])

  useEffect(() => {
    plot.current?.setData(latest.current.data)
  }, [atMs, series])

  return (
    <div className="g-chart__face">
      <div ref={host} role="img" aria-label={`${title}. The same values are in the table.`} />
      <p className="g-chart__readout g-num" aria-hidden="true">
        {readout}
      </p>
    </div>
  )
}
