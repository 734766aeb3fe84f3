// Usage of an instance or a host over time: which metric, how far back, average and maximum of each interval.
import { type Metric, metrics } from '@gleaner/model'
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Panel } from '../parts/panel.tsx'
import { quantity } from '../words/quantity.ts'
import type { ChartSeries } from './chart-types.ts'
import { LazyChart } from './lazy-chart.tsx'

const metricWord: Readonly<Record<Metric, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  networkRx: 'Network in',
  networkTx: 'Network out',
  disk: 'Disk',
  users: 'People logged in',
  idle: 'Idle, as the guest says',
}

const spans = [
  { value: '2h', text: '2 h' },
  { value: '1d', text: '1 day' },
  { value: '7d', text: '7 days' },
  { value: '14d', text: '14 days' },
] as const
type SpanValue = (typeof spans)[number]['value']

interface UsageChartProps {
  readonly of: { readonly endpoint: 'getInstanceTelemetry' | 'getHostTelemetry'; readonly id: string }
  readonly name: string
  /** What is expected at most, of the metrics it is known for: drawn as a line, and its violations counted. */
  readonly expected?: Partial<Record<Metric, number>>
}

export function UsageChart({ of: { endpoint, id }, name, expected = {} }: UsageChartProps) {
  const [metric, setMetric] = useState<Metric>('cpu')
  const [span, setSpan] = useState<SpanValue>('1d')
  const series = useApi(endpoint, { params: { id }, query: { metric, for: span, points: 288 } }, { keepPrevious: true })
  const limit = expected[metric]
  return (
    <Panel
      title="Usage"
      aside={
        <span className="g-row">
          <select
            className="g-input"
            aria-label="Metric"
            value={metric}
            onChange={(event) => setMetric(event.target.value as Metric)}
          >
            {metrics.map((value) => (
              <option key={value} value={value}>
                {metricWord[value]}
              </option>
            ))}
          </select>
          <Choice label="How far back" value={span} options={spans} onChange={setSpan} />
        </span>
      }
    >
      <Answer read={series} height="252px" what="the usage">
        {(data) => {
          if (data.average.every((value) => value === null)) {
            return (
              <p className="g-quiet">
                {metricWord[metric]} was not measured in this time. No data is never taken for idle. The guest reporter
                adds people and idle time; the cloud's own statistics give the rest.
              </p>
            )
          }
          const above = limit === undefined ? 0 : data.maximum.filter((value) => value !== null && value > limit).length
          const shown: ChartSeries[] = [
            { name: 'average', tone: 'accent', fill: true, values: data.average },
            { name: 'maximum', tone: 'quiet', dash: true, values: data.maximum },
          ]
          if (limit !== undefined) {
            shown.push({ name: 'expected peak', tone: 'wheat', values: data.at.map(() => limit) })
          }
          return (
            <>
              <LazyChart
                title={`${metricWord[metric]} of ${name}`}
                atMs={data.at.map((at) => Date.parse(at))}
                format={(value) => quantity(value, data.unit)}
                series={shown}
              />
              {limit !== undefined && (
                <p className="g-quiet">
                  {above === 0
                    ? 'Use stayed below the expected peak all the time.'
                    : `Use exceeded the expected peak of today in ${above} of ${data.maximum.length} intervals.`}
                </p>
              )}
            </>
          )
        }}
      </Answer>
    </Panel>
  )
}
