// One host: its ledger, its use over time against what was expected, its instances by size and state.
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { UsageChart } from '../charts/usage-chart.tsx'
import { HostEstimatePanel } from '../estimates/host-estimate-panel.tsx'
import { LedgerBar } from '../ledger/ledger-bar.tsx'
import { resources } from '../ledger/resources.ts'
import { Answer } from '../parts/answer.tsx'
import { HostState } from '../parts/marked.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { cores, counted, count, memory } from '../words/quantity.ts'
import { HostInstances } from './host-instances.tsx'
import { HostStory } from './host-story.tsx'
import './hosts.css'

export function HostPage({ id }: { readonly id: string }) {
  const host = useApi('getHost', { params: { id } })
  const { data } = host
  return (
    <>
      <PageHead
        title={data?.name ?? 'Host'}
        crumb={<Link href="/hosts">Hosts</Link>}
        lead={
          data && (
            <>
              <HostState state={data.state} /> · {data.kind} of {data.cloud} · {cores(data.cores)},{' '}
              {memory(data.memoryMiB)} · {counted(data.runningInstances, 'instance')} running
              {data.proposals > 0 && (
                <>
                  {' · '}
                  <Link href="/plan">{counted(data.proposals, 'proposal')}</Link>
                </>
              )}
              {data.idlePowerW !== undefined &&
                data.fullPowerW !== undefined &&
                ` · draws ${count(data.idlePowerW)} W at rest, ${count(data.fullPowerW)} W at full load`}
            </>
          )
        }
      />
      <Answer read={host} height="70vh" what="the host">
        {(view) => (
          <div className="g-stack">
            <Panel
              title="Its ledger"
              aside={
                view.measured ? 'every running instance is measured' : 'some are not measured: what is booked counts'
              }
            >
              {resources.map((resource) => (
                <LedgerBar key={resource.key} resource={resource} line={view.ledger[resource.key]} />
              ))}
            </Panel>
            <HostStory id={view.id} />
            <HostEstimatePanel id={view.id} name={view.name} />
            <HostInstances host={view} />
            <UsageChart
              of={{ endpoint: 'getHostTelemetry', id: view.id }}
              name={view.name}
              expected={{ cpu: view.ledger.cores.firmPeak, memory: view.ledger.memoryMiB.firmPeak }}
            />
          </div>
        )}
      </Answer>
    </>
  )
}
