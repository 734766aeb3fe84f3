// The ledger over the past day: expected peak against use, so that one sees whether the estimate holds.
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { LazyChart } from '../charts/lazy-chart.tsx'
import { coresResource, memoryResource, resources } from '../ledger/resources.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Panel } from '../parts/panel.tsx'

export function PastDay() {
  const history = useApi('getLedgerHistory', { query: { for: '1d', points: 288 } }, { refetchMs: 60_000 })
  const [key, setKey] = useState<'cores' | 'memoryMiB'>('cores')
  const resource = key === 'cores' ? coresResource : memoryResource
  return (
    <Panel
      title="The past day"
      aside={
        <Choice
          label="Resource"
          value={key}
          options={resources.map((r) => ({ value: r.key, text: r.title }))}
          onChange={setKey}
        />
      }
    >
      <Answer read={history} height="240px" what="the past day">
        {({ items }) =>
          items.length < 2 ? (
            <p className="g-quiet">The chart begins with the second reading of the clouds.</p>
          ) : (
            <LazyChart
              title={`${resource.title} over the past day`}
              atMs={items.map(({ at }) => Date.parse(at ?? ''))}
              format={resource.format}
              series={[
                { name: 'used', tone: 'accent', fill: true, values: items.map((item) => item[key].used ?? null) },
                { name: 'firm peak', tone: 'text', dash: true, values: items.map((item) => item[key].firmPeak) },
                { name: 'idle', tone: 'wheat', values: items.map((item) => item[key].idle) },
              ]}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
