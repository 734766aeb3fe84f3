// How much of one host will be used at most: capacity, sold, used and expected over time, where more was used than expected,
// and what the last estimate says and from which numbers.
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { LazyChart } from '../charts/lazy-chart.tsx'
import { coresResource, memoryResource, resources } from '../ledger/resources.ts'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted, percent, span } from '../words/quantity.ts'
import { exceededScopes, hostSeries } from './estimate-series.ts'
import { estimateStateWord } from './estimate-words.ts'
import { PeakFacts } from './peak-facts.tsx'
import { type SpanValue, spans } from './spans.ts'
import '../parts/verdict.css'

export function HostEstimatePanel({ id, name }: { readonly id: string; readonly name: string }) {
  const [back, setBack] = useState<SpanValue>('7d')
  const [key, setKey] = useState<'cores' | 'memoryMiB'>('cores')
  const resource = key === 'cores' ? coresResource : memoryResource
  const read = useApi('getHostEstimates', { params: { id }, query: { for: back } }, { keepPrevious: true })
  return (
    <Panel
      title="What it will use"
      aside={
        <span className="g-row">
          <Choice
            label="Resource of the estimate"
            value={key}
            options={resources.map((each) => ({ value: each.key, text: each.title }))}
            onChange={setKey}
          />
          <Choice label="How far back the estimates go" value={back} options={spans} onChange={setBack} />
        </span>
      }
    >
      <Answer read={read} height="320px" what="the estimates">
        {({ now, items }) => {
          if (now === undefined)
            return (
              <p className="g-quiet">There is no estimate yet. The first is made when a whole scope was measured.</p>
            )
          const exceeded = exceededScopes(items, key)
          return (
            <div className="g-stack">
              {items.length >= 2 && (
                <div>
                  <LazyChart
                    title={`${resource.title} of ${name}: capacity, sold, used and expected`}
                    atMs={items.map(({ at }) => Date.parse(at))}
                    format={resource.format}
                    series={hostSeries(items, key)}
                  />
                  <p className="g-quiet">
                    {exceeded.length === 0
                      ? 'Use stayed within what was expected in every scope shown.'
                      : `More was used than expected in ${exceeded.length} of ${counted(items.length, 'scope')} shown, at most ${resource.format(Math.max(...exceeded.map((point) => point[key].violation)))} more.`}
                  </p>
                </div>
              )}
              <PeakFacts resource={resource} peak={now[key]} />
              <p className="g-quiet">
                By {now.strategy} from the {span(now.scopeS)} that ended <RelativeTime at={now.at} />
                {`: ${estimateStateWord[now.state]}`}
                {now.state === 'measured' && `, ${percent(now.coverage)} of its samples were there`}.
              </p>
            </div>
          )
        }}
      </Answer>
    </Panel>
  )
}
