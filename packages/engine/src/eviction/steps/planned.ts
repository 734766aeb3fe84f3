// The room is held, host by host, before anybody is told: from here on nobody else can take it, and who is told to leave is
// told for something. Where the room is what others leave over it is waited for first. Claims of an earlier plan end first. On a cloud that holds no room for others it is held in Gleaner's
// own ledger alone, which every decision of Gleaner respects.
import type { EvictionDecision, Verdict } from '@gleaner/model'
import type { SagaSeen, SagaStep } from '../saga-seen.ts'
import { become, endClaim, toGo, untell, waiting } from './become.ts'

export function nextOfPlanned(decision: EvictionDecision, seen: SagaSeen): SagaStep {
  const tidied = endClaim(decision, seen, ['ending']) ?? untell(decision)
  if (tidied !== undefined) return tidied
  if (seen.paused || seen.reading === undefined) return waiting
  const { later } = seen
  if (later !== undefined)
    return later.sentence === decision.verdict.sentence ? waiting : become(decision, seen, { verdict: later })
  if (decision.verdict.code === 'room-later') return become(decision, seen, { verdict: reserving(decision) })
  if (!seen.facets.claims && decision.claims.some(({ state }) => state === 'wanted' || state === 'ending')) {
    const claims = decision.claims.map((claim) => ({
      ...claim,
      state: claim.state === 'wanted' ? ('held' as const) : ('ended' as const),
    }))
    return become(decision, seen, { claims })
  }
  const claim = decision.claims.find(({ state }) => state === 'wanted')
  if (claim !== undefined) return { kind: 'claim', claim }
  if (toGo(decision).length === 0) return become(decision, seen, { state: 'freed', verdict: decision.verdict })
  return become(decision, seen, { state: 'reserved', verdict: telling(decision) })
}

export function reserving(decision: EvictionDecision): Verdict {
  const { wish } = decision
  const going = toGo(decision).length
  const then = going === 0 ? 'nobody has to leave' : `${count(going)} told to leave`
  return {
    code: 'room-not-held',
    sentence: wish === undefined ? sentence(then) : sentence(`the room for ${wish.name} is being held; then ${then}`),
    facts: { victims: going },
  }
}

function telling(decision: EvictionDecision): Verdict {
  const going = toGo(decision)
  const noticeMs = Math.max(...going.map((victim) => victim.noticeMs))
  return {
    code: 'in-grace',
    sentence: sentence(`${count(going.length)} told to leave; the notice runs`),
    facts: { victims: going.length, noticeMs },
  }
}

function count(victims: number): string {
  return victims === 1 ? 'one instance is' : `${victims} instances are`
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`
}
