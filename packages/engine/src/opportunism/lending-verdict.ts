// The answer of the state machine in words: the first thing that stands against lending, with its numbers; else what it waits for.
import type { LendingPhase, Verdict } from '@gleaner/model'
import { formatDurationMs } from '@gleaner/model/duration'
import type { GuestsSeen } from './guests-seen.ts'
import type { MonitorVerdict } from './judge-monitor.ts'

interface VerdictGround {
  readonly phase: LendingPhase
  readonly monitors: readonly MonitorVerdict[]
  readonly objection: MonitorVerdict | undefined
  readonly anew: 'asleep' | 'unwatched' | undefined
  readonly refused: boolean
  readonly contractOver: boolean
  readonly unlocked: boolean
  readonly leftMs: number
  readonly addedMs: number
  readonly interruptions: number
  readonly guests: GuestsSeen
}

export function lendingVerdict(ground: VerdictGround): Verdict {
  const { phase, monitors, objection, leftMs } = ground
  if (monitors.length === 0)
    return { code: 'nothing-watched', sentence: 'No monitor is set up: the machine counts as in use.', facts: {} }
  if (ground.refused) return { code: 'owner-refuses', sentence: 'The owner does not want to lend it now.', facts: {} }
  if (ground.anew === 'asleep')
    return {
      code: 'machine-woke',
      sentence: 'The machine slept and woke up: somebody may be there, every absent time begins anew.',
      facts: {},
    }
  if (ground.anew === 'unwatched')
    return {
      code: 'not-watched',
      sentence: 'Nobody looked for a while: every absent time begins anew.',
      facts: {},
    }
  if (objection !== undefined)
    return {
      code: objection.code,
      sentence: objection.bump
        ? `${objection.monitor}: ${objection.detail}; perhaps only a bump.`
        : `${objection.monitor}: ${objection.detail}.`,
      facts: { monitor: objection.monitor, ...objection.facts },
    }
  if (ground.unlocked)
    return {
      code: 'user-session',
      sentence: 'The screen was unlocked, or nobody can tell any more that it is locked.',
      facts: {},
    }
  if (ground.contractOver)
    return {
      code: 'lend-contract-over',
      sentence: 'The control plane has not renewed the lend contract: guests stand still until it does.',
      facts: {},
    }
  if (phase === 'lent' || phase === 'lendable') {
    const { running, paused } = ground.guests
    const run = running === 1 ? '1 guest runs' : `${running} guests run`
    const stand = paused === 1 ? '1 is paused' : `${paused} are paused`
    const sentence = phase === 'lent' ? `Lent: ${run}, ${stand}.` : 'Nobody is there: guests may come.'
    return { code: phase, sentence, facts: { running, paused } }
  }
  const last = monitors.find((monitor) => monitor.leftMs === leftMs)
  const added =
    ground.addedMs > 0 ? ` (${formatDurationMs(ground.addedMs)} of that: ${ground.interruptions} interruptions)` : ''
  return {
    code: ground.addedMs > 0 && leftMs <= ground.addedMs ? 'often-interrupted' : 'absent-time',
    sentence: `Nobody is there; lendable in ${formatDurationMs(leftMs)}${added}, when ${last?.monitor ?? 'all'} has been calm long enough.`,
    facts: { leftS: Math.ceil(leftMs / 1000), addedS: ground.addedMs / 1000, interruptions: ground.interruptions },
  }
}
