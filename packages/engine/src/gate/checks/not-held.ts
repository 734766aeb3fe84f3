// What switches hosts off and on for energy has rests of its own, and people's words about it are wishes (plan-power.ts).
// No hold that concerns this kind of step is active on the instance or host, and no tag of its owner keeps it. A cool-down concerns only what Gleaner would take by
// itself; a person's command yields to nobody's hold but a keep, and only when it takes something away. An eviction yields to
// a person's refusal alone: a keep would make every preemptible instance a firm one for nothing.
import { type HoldKind, isHostStep, type ReasonCode, type Verdict, keepMark, targetId } from '@gleaner/model'
import { keptByTag } from '../../people/kept-by-tag.ts'
import { winningHold } from '../../people/winning-hold.ts'
import { isoTime } from '../../text/iso-time.ts'
import type { GateStep } from '../gate-world.ts'
import type { StepClass } from '../step-class.ts'
import type { Check } from './check.ts'

const concerns: Readonly<Record<StepClass, readonly HoldKind[]>> = {
  reclaim: ['keep', 'person-acted', 'veto', 'cool-down'],
  'reclaim-command': ['keep'],
  evict: ['veto'],
  move: ['veto'],
  consolidate: ['keep', 'person-acted', 'veto', 'cool-down'],
  restore: ['keep', 'person-acted', 'veto'],
  'restore-command': [],
  'give-back': [],
  notify: ['keep', 'veto'],
  yield: [],
  'host-yield': [],
  'host-take': ['keep', 'person-acted', 'veto', 'cool-down'],
  'host-give': ['keep', 'person-acted', 'veto'],
}

const codes: Readonly<Record<HoldKind, ReasonCode>> = {
  keep: 'kept',
  'person-acted': 'person-acted',
  veto: 'vetoed',
  'cool-down': 'cool-down',
}

export const notHeld: Check = (step) => {
  const { proposal, world, instance, host } = step
  const concerned = concerning(step)
  const tagged = concerned.includes('keep') ? heldByTag(step) : undefined
  if (tagged !== undefined) return tagged
  const holds = world.holdsOf(proposal)
  if (holds.length === 0) return undefined
  const hold = winningHold(holds, concerned, world.nowMs)
  if (hold === undefined) return undefined
  const name = instance?.name ?? host?.name ?? targetId(proposal)
  const until = isoTime(hold.untilMs)
  const why = hold.reason === '' ? '' : ` (${hold.reason.replace(/\.$/, '')})`
  const sentences: Readonly<Record<HoldKind, string>> = {
    keep: `${hold.by} keeps ${name} as it is until ${until}${why}.`,
    'person-acted': `A person acted on ${name}; that is not overruled before ${until}${why}.`,
    veto: `${hold.by} refused this; ${name} is left alone until ${until}${why}.`,
    'cool-down': `Gleaner acted on ${name} a short while ago and leaves it alone until ${until}${why}.`,
  }
  return {
    code: codes[hold.kind],
    sentence: sentences[hold.kind],
    facts: { hold: hold.id, by: hold.by, untilMs: hold.untilMs },
  }
}

const peoplesWord: readonly HoldKind[] = ['keep', 'veto']

function concerning({ kind, proposal }: GateStep): readonly HoldKind[] {
  const { capability, action } = proposal
  return capability === 'energy' && isHostStep(action) ? peoplesWord : concerns[kind]
}

/** An owner's keep that stands on the instance itself. */
function heldByTag({ instance, world }: GateStep): Verdict | undefined {
  const keep = instance === undefined ? undefined : keptByTag(instance.tags, world.nowMs)
  if (instance === undefined || keep === undefined) return undefined
  const { tag, untilMs } = keep
  const sentence = Number.isFinite(untilMs)
    ? `The tag "${tag}" keeps ${instance.name} as it is until ${isoTime(untilMs)}.`
    : `The tag "${tag}" keeps ${instance.name} as it is: no time can be read in it, write ${keepMark.tag}=2026-12-24 or a time such as 2026-12-24T18:00:00Z.`
  return { code: 'kept', sentence, facts: { tag, untilMs } }
}
