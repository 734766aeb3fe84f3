// A word with its mark: states of instances, hosts, proposals, journal entries, verdicts, in one look-up each.
import type { HostView, InstanceView, JournalState, ProposalState } from '@gleaner/model'
import { Mark, type MarkShape, type MarkTone } from './mark.tsx'

type Look = readonly [MarkShape, MarkTone]

const instanceLooks: Partial<Record<InstanceView['state'], Look>> = {
  running: ['dot', 'good'],
  paused: ['bars', 'accent'],
  suspended: ['half', 'accent'],
  stopped: ['square', 'quiet'],
  shelved: ['square', 'accent'],
  error: ['cross', 'danger'],
  unknown: ['question', 'warning'],
}

const hostLooks: Record<HostView['state'], Look> = {
  up: ['dot', 'good'],
  disabled: ['bars', 'quiet'],
  maintenance: ['bars', 'warning'],
  down: ['cross', 'danger'],
  asleep: ['half', 'accent'],
  unknown: ['question', 'warning'],
}

const proposalLooks: Record<ProposalState, readonly [MarkShape, MarkTone, string]> = {
  observed: ['ring', 'quiet', 'only observed'],
  confirming: ['ring', 'accent', 'being confirmed'],
  'awaiting-approval': ['diamond', 'wheat', 'waits for approval'],
  notified: ['arrow', 'accent', 'owner told'],
  held: ['bars', 'warning', 'held back'],
  due: ['arrow', 'accent', 'due'],
  acting: ['arrow', 'good', 'under way'],
  done: ['dot', 'good', 'done'],
  failed: ['cross', 'danger', 'failed'],
  'timed-out': ['triangle', 'danger', 'timed out'],
  cancelled: ['cross', 'quiet', 'cancelled'],
}

const journalLooks: Record<JournalState, readonly [MarkShape, MarkTone, string]> = {
  intended: ['ring', 'accent', 'begun'],
  accepted: ['arrow', 'accent', 'under way'],
  done: ['dot', 'good', 'done'],
  failed: ['cross', 'danger', 'failed'],
  'timed-out': ['triangle', 'danger', 'timed out'],
}

function Word({ look: [shape, tone], text }: { readonly look: Look; readonly text: string }) {
  return (
    <span className="g-nowrap">
      <Mark shape={shape} tone={tone} />
      {text}
    </span>
  )
}

export function InstanceState({ state }: { readonly state: InstanceView['state'] }) {
  return <Word look={instanceLooks[state] ?? ['arrow', 'accent']} text={state} />
}

export function HostState({ state }: { readonly state: HostView['state'] }) {
  return <Word look={hostLooks[state]} text={state} />
}

export function ProposalStateWord({ state }: { readonly state: ProposalState }) {
  const [shape, tone, text] = proposalLooks[state]
  return <Word look={[shape, tone]} text={text} />
}

export function JournalStateWord({ state }: { readonly state: JournalState }) {
  const [shape, tone, text] = journalLooks[state]
  return <Word look={[shape, tone]} text={text} />
}

export function Outcome({ outcome }: { readonly outcome: 'true' | 'false' | 'unknown' | 'value' }) {
  const looks: Record<typeof outcome, readonly [MarkShape, MarkTone, string]> = {
    true: ['dot', 'good', 'true'],
    false: ['cross', 'quiet', 'false'],
    unknown: ['question', 'warning', 'unknown'],
    value: ['ring', 'quiet', 'value'],
  }
  const [shape, tone, text] = looks[outcome]
  return <Word look={[shape, tone]} text={text} />
}
