// What came of a message in a word with its mark, and how often it was tried in vain.
import type { DeliveryView } from '@gleaner/model'
import { Mark } from '../parts/mark.tsx'
import { count } from '../words/quantity.ts'

const looks = {
  delivered: ['dot', 'good', 'delivered'],
  waiting: ['ring', 'wheat', 'waiting'],
  refused: ['cross', 'danger', 'refused'],
  'given-up': ['cross', 'danger', 'given up'],
} as const

export function Outcome({ delivery: { outcome, attempts = 0 } }: { readonly delivery: DeliveryView }) {
  const [shape, tone, text] = looks[outcome]
  return (
    <span className="g-nowrap">
      <Mark shape={shape} tone={tone} />
      {text}
      {attempts > 0 && `, tried ${attempts === 1 ? 'once' : `${count(attempts)} times`}`}
    </span>
  )
}
