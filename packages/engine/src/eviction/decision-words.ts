// What a decision is called, and why an instance has to leave by it, as its owner is told.
import { type EvictionDecision, type EvictionKind, formatDurationMs, isGoing, type Verdict } from '@gleaner/model'

/** Stands as the cause in plan, journal and history. */
export function causeOf({ kind, wish, by }: Pick<EvictionDecision, 'kind' | 'wish' | 'by'>): string {
  switch (kind) {
    case 'room':
      return `room for ${wish?.name ?? 'a request'}`
    case 'watermark':
      return 'headroom'
    case 'shrink':
      return 'smaller offer'
    case 'expiry':
      return 'maximum run time'
    case 'lease':
      return 'reserved host'
    case 'test':
      return `eviction test by ${by}`
  }
}

export function evictionReason(decision: EvictionDecision, hostName: string): Verdict {
  const { kind, wish, by, id } = decision
  const victims = decision.victims.filter((victim) => isGoing(victim) || victim.state === 'left')
  const codes = {
    room: 'needed-for-firm',
    watermark: 'needed-for-headroom',
    shrink: 'offer-shrunk',
    expiry: 'run-over',
    lease: 'needed-for-lease',
    test: 'eviction-test',
  } as const satisfies Record<EvictionKind, Verdict['code']>
  const sentences: Readonly<Record<EvictionKind, string>> = {
    room: `${wish?.name ?? 'A firm request'} is firm and fits on no host as it is; ${goes(victims.length)} for it from ${hostName}.`,
    watermark: `Headroom for firm instances is kept free, and ${hostName} is where the least is lost.`,
    shrink: `What may be lent on ${hostName} has become less than is lent: its owners need it themselves.`,
    expiry: 'It is preemptible and has had its maximum run time.',
    lease: `${hostName} is reserved for another project: who is on it leaves before that begins.`,
    test: `${by} wants to see what an eviction does to it.`,
  }
  const facts = {
    decision: id,
    host: hostName,
    victims: victims.length,
    objective: decision.objective,
    for: wish?.name ?? null,
  }
  return { code: codes[kind], sentence: sentences[kind], facts }
}

function goes(victims: number): string {
  return victims === 1 ? 'this preemptible instance goes' : `${victims} preemptible instances go`
}

/** As it is written to the instance itself. */
export function noticeText(
  decision: EvictionDecision,
  { action, noticeMs, hostName }: { readonly action: string; readonly noticeMs: number; readonly hostName: string },
): string {
  const { sentence } = evictionReason(decision, hostName)
  return `${action} in ${formatDurationMs(noticeMs)} at the earliest: ${sentence}`
}
