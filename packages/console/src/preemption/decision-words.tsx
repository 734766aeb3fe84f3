// Decisions, victims and evictions in words with their marks.
import type { DecisionView, EvictionView } from '@gleaner/model'
import { Mark, type MarkShape, type MarkTone } from '../parts/mark.tsx'

type Look = readonly [MarkShape, MarkTone, string]

const decisionLooks: Readonly<Record<DecisionView['state'], Look>> = {
  observed: ['ring', 'quiet', 'only observed'],
  'awaiting-approval': ['diamond', 'wheat', 'waits for approval'],
  planned: ['ring', 'accent', 'room is being held'],
  reserved: ['arrow', 'accent', 'owners told'],
  evicting: ['arrow', 'accent', 'they leave'],
  freed: ['half', 'accent', 'being verified'],
  held: ['square', 'accent', 'room is held'],
  taken: ['half', 'good', 'room is taken'],
  placing: ['arrow', 'good', 'being placed'],
  undoing: ['bars', 'warning', 'being taken back'],
  done: ['dot', 'good', 'done'],
  failed: ['cross', 'danger', 'failed'],
  cancelled: ['cross', 'quiet', 'called off'],
  refused: ['triangle', 'warning', 'no room'],
}

const victimLooks: Readonly<Record<DecisionView['victims'][number]['state'], Look>> = {
  planned: ['ring', 'quiet', 'chosen'],
  told: ['arrow', 'accent', 'told'],
  leaving: ['arrow', 'accent', 'leaving'],
  left: ['dot', 'good', 'left'],
  stayed: ['triangle', 'warning', 'stayed'],
  spared: ['ring', 'quiet', 'need not leave'],
}

const returnLooks: Readonly<Record<EvictionView['state'], Look>> = {
  waiting: ['ring', 'accent', 'waits'],
  returning: ['arrow', 'good', 'on its way'],
  returned: ['dot', 'good', 'is back'],
  'stayed-away': ['square', 'quiet', 'stays away'],
}

function Word({ look: [shape, tone, text] }: { readonly look: Look }) {
  return (
    <span className="g-nowrap">
      <Mark shape={shape} tone={tone} />
      {text}
    </span>
  )
}

export function DecisionState({ state }: Pick<DecisionView, 'state'>) {
  return <Word look={decisionLooks[state]} />
}

export function VictimState({ state }: { readonly state: DecisionView['victims'][number]['state'] }) {
  return <Word look={victimLooks[state]} />
}

export function ReturnState({ state }: Pick<EvictionView, 'state'>) {
  return <Word look={returnLooks[state]} />
}

const causes: Readonly<Record<DecisionView['kind'], string>> = {
  room: 'a firm request',
  watermark: 'headroom',
  shrink: 'a smaller offer',
  expiry: 'maximum run time',
  lease: 'a lease',
  test: 'a test',
}

export function whatFor({ kind, wish, by }: Pick<DecisionView, 'kind' | 'wish' | 'by'>): string {
  if (kind === 'test') return `a test by ${by}`
  return kind === 'room' && wish !== undefined
    ? `${wish.count === 1 ? '' : `${wish.count} × `}${wish.name}`
    : causes[kind]
}
