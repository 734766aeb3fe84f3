// All hosts together: what is there, sold, used and expected over time, and how many hosts used more than was expected.
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { LazyChart } from '../charts/lazy-chart.tsx'
import { coresResource, memoryResource, resources } from '../ledger/resources.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Panel } from '../parts/panel.tsx'
import { count, counted, percent } from '../words/quantity.ts'
import { fleetSeries } from './estimate-series.ts'
import { type SpanValue, spans } from './spans.ts'

export function FleetPanel() {
  const [back, setBack] = useState<SpanValue>('7d')
  const [key, setKey] = useState<'cores' | 'memoryMiB'>('cores')
  const resource = key === 'cores' ? coresResource : memoryResource
  const read = useApi('getFleetEstimates', { query: { for: back } }, { keepPrevious: true })
  return (
    <Panel
      title="All hosts together"
      aside={
        <span className="g-row">
          <Choice
            label="Resource"
            value={key}
            options={resources.map((each) => ({ value: each.key, text: each.title }))}
            onChange={setKey}
          />
          <Choice label="How far back" value={back} options={spans} onChange={setBack} />
        </span>
      }
    >
      <Answer read={read} height="430px" what="the estimates of all hosts">
        {({ now, items }) => {
          if (now === undefined)
            return (
              <p className="g-quiet">There is no estimate yet. The first is made when a whole scope was measured.</p>
            )
          const sums = now[key]
          const atMs = items.map(({ at }) => Date.parse(at))
          return (
            <div className="g-stack">
              <p>
                Of {resource.format(sums.booked)} sold on {counted(now.hosts, 'host')} at most{' '}
                <strong className="g-num">{resource.format(sums.estimate)}</strong> will be used, of{' '}
                {resource.format(sums.capacity)} there are.{' '}
                {sums.violationRate === undefined
                  ? 'No estimate could be judged so far.'
                  : `${percent(sums.violationRate)} of all estimates so far were exceeded.`}
                {now.kept + now.physical > 0 &&
                  ` ${counted(now.kept + now.physical, 'host was', 'hosts were')} not measured in the last scope.`}
              </p>
              {items.length >= 2 && (
                <>
                  <LazyChart
                    title={`${resource.title} of all hosts: capacity, sold, used and expected`}
                    atMs={atMs}
                    format={resource.format}
                    series={fleetSeries(items, key)}
                  />
                  <LazyChart
                    title="Hosts that used more than expected"
                    atMs={atMs}
                    format={count}
                    height={110}
                    series={[
                      {
                        name: 'hosts that used more than expected',
                        tone: 'wheat',
                        fill: true,
                        values: items.map((item) => item[key].violatedHosts),
                      },
                    ]}
                  />
                </>
              )}
            </div>
          )
        }}
      </Answer>
    </Panel>
  )
}
