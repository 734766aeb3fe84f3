// What hosts that are fenced for it lend of what is sold, summed by cloud; nothing where no fence is configured.
import { type CloudId, cloudOf } from '@gleaner/model'
import type { Application } from '../../application.ts'
import { ledgersOf } from '../../state/ledgers-of.ts'
import type { Exposition } from './exposition.ts'

const bytesPerMiB = 1_048_576

export function lentRoom(out: Exposition, app: Pick<Application, 'config' | 'insight' | 'state'>): void {
  if (app.config.preemption.lending === undefined) return
  const ledgers = app.state.plan === undefined ? undefined : ledgersOf(app.state.plan)
  const sums = new Map<CloudId, Record<Kind, { cores: number; bytes: number }>>()
  for (const [hostId, { vcpus, ramMiB, unsold }] of app.insight.lendable()) {
    const cloud = cloudOf(hostId)
    const sum = sums.get(cloud) ?? { lendable: none(), unsold: none(), lent: none() }
    sums.set(cloud, sum)
    const ledger = ledgers?.get(hostId)
    add(sum.lendable, vcpus, ramMiB)
    add(sum.unsold, unsold.vcpus, unsold.ramMiB)
    add(sum.lent, ledger?.cores.lent ?? 0, ledger?.memoryMiB.lent ?? 0)
  }
  const of = (what: 'cores' | 'bytes') =>
    [...sums].flatMap(([cloud, sum]) => kinds.map((kind) => ({ labels: { cloud, kind }, value: sum[kind][what] })))
  const help =
    'On hosts fenced for lending: what preemptible instances may have, what of it was never sold, what they have'
  out.gauge('gleaner_lending_cores', `${help}, in cores`, of('cores'))
  out.gauge('gleaner_lending_memory_bytes', `${help}, in bytes`, of('bytes'))
}

const kinds = ['lendable', 'unsold', 'lent'] as const
type Kind = (typeof kinds)[number]

const none = () => ({ cores: 0, bytes: 0 })

function add(sum: { cores: number; bytes: number }, cores: number, memoryMiB: number): void {
  sum.cores += cores
  sum.bytes += memoryMiB * bytesPerMiB
}
