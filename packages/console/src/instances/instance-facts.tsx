// What is known about an instance.
import type { InstanceView } from '@gleaner/model'
import { Link } from 'wouter'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { cores, memory, quantity, rate, span } from '../words/quantity.ts'

export function InstanceFacts({ instance }: { readonly instance: InstanceView }) {
  const measured = (value: number | undefined, show: (value: number) => string) =>
    value === undefined ? <span className="g-quiet">not measured</span> : show(value)
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    ['Size', `${cores(instance.vcpus)}, ${memory(instance.memoryMiB)}, ${quantity(instance.diskGiB, 'GiB')} disk`],
    ['Flavor', instance.flavor ?? 'none'],
    ['CPU now', measured(instance.cpuCores, cores)],
    ['Memory now', measured(instance.usedMemoryMiB, memory)],
    ['Network in', measured(instance.networkRxBytesPerS, rate)],
    ['Network out', measured(instance.networkTxBytesPerS, rate)],
    ['Disk', measured(instance.diskBytesPerS, rate)],
    ['People logged in', measured(instance.users, String)],
    ['Idle, as its cpu says', measured(instance.idleForS, span)],
    ['Idle, as the guest says', measured(instance.guestIdleS, span)],
    [
      'Kind',
      instance.firmness === 'firm' ? 'firm: its room is promised' : 'preemptible: yields when its room is needed',
    ],
    ['Protected', instance.protectedBy ?? 'no'],
    [
      'Tags',
      instance.tags.length === 0
        ? 'none'
        : instance.tags.map((tag, i) => (
            <span key={tag}>
              {i > 0 && ', '}
              <Link href={`/instances?tag=${encodeURIComponent(tag)}`}>{tag}</Link>
            </span>
          )),
    ],
    ['Made', instance.createdAt === undefined ? 'unknown' : <RelativeTime at={instance.createdAt} />],
    ['Id', <code key="id">{instance.id}</code>],
  ]
  return (
    <Panel
      title="What is known"
      aside={
        instance.sampledAt !== undefined && (
          <>
            measured <RelativeTime at={instance.sampledAt} />
          </>
        )
      }
    >
      <dl className="g-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
