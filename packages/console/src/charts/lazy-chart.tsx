// The chart, loaded when first needed, with its room kept. It can be turned into its table twin.
import { Skeleton } from '@patternfly/react-core'
import { lazy, Suspense, useState } from 'react'
import './chart.css'
import { ChartTable } from './chart-table.tsx'
import type { ChartProps } from './chart-types.ts'

const Chart = lazy(() => import('./chart.tsx').then((m) => ({ default: m.Chart })))

export function LazyChart(props: ChartProps) {
  const [table, setTable] = useState(false)
  const height = props.height ?? 200
  return (
    <div className="g-chart">
      <div className="g-chart__bar">
        <ul className="g-chart__legend">
          {props.series.map(({ name, tone, dash }) => (
            <li key={name}>
              <span className={`g-chart__key g-chart__key--${tone}${dash === true ? ' g-chart__key--dash' : ''}`} />
              {name}
            </li>
          ))}
        </ul>
        <button type="button" className="g-chart__twin" aria-pressed={table} onClick={() => setTable(!table)}>
          {table ? 'As chart' : 'As table'}
        </button>
      </div>
      {table ? (
        <ChartTable {...props} />
      ) : (
        <Suspense fallback={<Skeleton height={`${height}px`} screenreaderText="Loading the chart" />}>
          <Chart {...props} height={height} />
        </Suspense>
      )}
    </div>
  )
}
