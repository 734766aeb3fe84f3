// Power of all hosts together: the last hours as they were read, or weeks as mean of each hour. Who sees only some projects has
// no host; for them it is what was attributed to these, hour by hour.
import type { PowerView } from '@gleaner/model'
import { useState } from 'react'
import { useApi } from '../api/use-api.ts'
import { LazyChart } from '../charts/lazy-chart.tsx'
import { Answer } from '../parts/answer.tsx'
import { Choice } from '../parts/choice.tsx'
import { Panel } from '../parts/panel.tsx'
import { count, counted } from '../words/quantity.ts'
import { watts } from './energy-words.ts'

const spans = [
  { value: '30m', text: '30 min' },
  { value: '6h', text: '6 hours' },
  { value: '7d', text: '7 days' },
  { value: '30d', text: '30 days' },
] as const
type SpanValue = (typeof spans)[number]['value']

export function PowerPanel() {
  const [back, setBack] = useState<SpanValue>('6h')
  const read = useApi('getPower', { query: { for: back === '30d' ? '30m' : back } }, { keepPrevious: true })
  return (
    <Panel title="Power" aside={<Choice label="How far back" value={back} options={spans} onChange={setBack} />}>
      <Answer read={read} height="330px" what="the power of the hosts">
        {(power) => (
          <div className="g-stack">
            <p>{sentenceOf(power)}</p>
            {back === '30d' || power.items.length < 2 ? <Hours back={back} /> : <Steps power={power} />}
          </div>
        )}
      </Answer>
    </Panel>
  )
}

function sentenceOf({ hosts, knownHosts, powerW }: PowerView) {
  if (hosts === 0) return 'No host that you see hangs on a meter; what is attributed to your projects is below.'
  const unknown = hosts - knownHosts
  return (
    <>
      {powerW === undefined ? (
        'Nothing is known at this moment.'
      ) : (
        <>
          <strong className="g-num">{watts(powerW)}</strong> are drawn now by {counted(knownHosts, 'host')}.
        </>
      )}
      {unknown > 0 &&
        ` The power of ${counted(unknown, 'host')} is not known; nothing is counted for what is not known.`}
    </>
  )
}

function Steps({ power }: { readonly power: PowerView }) {
  const atMs = power.items.map(({ at }) => Date.parse(at))
  // Before the first reading there was no meter, which is no gap.
  const first = power.items.findIndex(({ hosts }) => hosts > 0)
  const isWhole = power.items.slice(first).every(({ hosts }) => hosts === power.hosts)
  return (
    <>
      <LazyChart
        title="Power of all hosts"
        atMs={atMs}
        format={watts}
        height={230}
        series={[
          { name: 'power', tone: 'accent', fill: true, values: power.items.map(({ powerW }) => powerW ?? null) },
        ]}
      />
      {!isWhole && (
        <LazyChart
          title="Hosts that were read"
          atMs={atMs}
          format={count}
          height={90}
          series={[{ name: 'hosts that were read', tone: 'quiet', values: power.items.map(({ hosts }) => hosts) }]}
        />
      )}
    </>
  )
}

/** Joules of an hour are its mean power. */
function Hours({ back }: { readonly back: SpanValue }) {
  const read = useApi('getEnergyHours', { query: { for: back === '30m' || back === '6h' ? '1d' : back } })
  return (
    <Answer read={read} height="230px" what="the energy of each hour">
      {({ items }) =>
        items.length < 2 ? (
          <p className="g-quiet">There are no two hours of energy yet.</p>
        ) : (
          <LazyChart
            title="Mean power of each hour"
            atMs={items.map(({ at }) => Date.parse(at))}
            format={watts}
            height={230}
            series={[
              {
                name: 'mean power of each hour',
                tone: 'accent',
                fill: true,
                values: items.map(({ kWh }) => kWh * 1000),
              },
            ]}
          />
        )
      }
    </Answer>
  )
}
