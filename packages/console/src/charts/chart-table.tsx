// The table twin of a chart: the same values, newest first.
import { absolute, dayTime } from '../time/absolute.ts'
import type { ChartProps } from './chart-types.ts'

export function ChartTable({ title, atMs, series, format }: ChartProps) {
  const rows = atMs.map((ms, i) => ({ ms, values: series.map(({ values }) => values[i] ?? null) })).toReversed()
  return (
    <div className="g-scroll g-chart__table" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
      <table className="g-table">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="g-right">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ ms, values }) => (
            <tr key={ms}>
              <td className="g-num" title={absolute(new Date(ms).toISOString())}>
                {dayTime(ms)}
              </td>
              {values.map((value, i) => (
                <td key={series[i]?.name} className="g-right g-num">
                  {value === null ? <span className="g-quiet">no data</span> : format(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
