// One instance: what is decided about it and from which numbers, its usage, and what its owner can do.
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { InstanceState } from '../parts/marked.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Panel } from '../parts/panel.tsx'
import { UsageChart } from '../charts/usage-chart.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { GatePanel } from './gate-panel.tsx'
import { InstanceActions } from './instance-actions.tsx'
import { InstanceFacts } from './instance-facts.tsx'
import './instances.css'
import { HoldsPanel } from './holds-panel.tsx'
import { RulesPanel } from './rules-panel.tsx'
import { StoryPanel } from './story-panel.tsx'

export function InstancePage({ id }: { readonly id: string }) {
  const why = useApi('whyInstance', { params: { id } })
  const instance = why.data?.instance
  return (
    <>
      <PageHead
        title={instance?.name ?? 'Instance'}
        crumb={<Link href="/instances">Instances</Link>}
        lead={
          instance && (
            <>
              <InstanceState state={instance.state} />
              {instance.since !== undefined && (
                <>
                  {' '}
                  for <RelativeTime at={instance.since} bare />
                </>
              )}
              {' · '}project{' '}
              <Link href={`/instances?project=${encodeURIComponent(instance.project)}`}>{instance.project}</Link>
              {instance.host !== undefined && (
                <>
                  {' · '}host <Link href={`/hosts/${encodeURIComponent(instance.host)}`}>{instance.host}</Link>
                </>
              )}
            </>
          )
        }
        actions={instance && <InstanceActions instance={instance} />}
      />
      <Answer read={why} height="70vh" what="the instance">
        {(data) => (
          <div className="g-stack">
            <Panel title="Why">
              <p className="g-summary">{data.summary}</p>
              <HoldsPanel holds={data.holds} />
            </Panel>
            <div className="g-split">
              <div className="g-stack">
                <UsageChart of={{ endpoint: 'getInstanceTelemetry', id: data.instance.id }} name={data.instance.name} />
                <RulesPanel verdicts={data.rules} />
                <GatePanel checks={data.gate} />
              </div>
              <div className="g-stack">
                <InstanceFacts instance={data.instance} />
                <StoryPanel timeline={data.timeline} />
              </div>
            </div>
          </div>
        )}
      </Answer>
    </>
  )
}
