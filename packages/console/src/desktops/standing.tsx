// Where a desktop stands, as a word with its mark.
import type { DesktopView } from '@gleaner/model'
import { Mark, type MarkShape, type MarkTone } from '../parts/mark.tsx'

const looks: Record<DesktopView['standing'], readonly [MarkShape, MarkTone, string]> = {
  'in-use': ['square', 'quiet', 'in use'],
  quiet: ['ring', 'quiet', 'quiet'],
  grace: ['ring', 'accent', 'soon lendable'],
  lendable: ['ring', 'good', 'lendable'],
  lent: ['dot', 'good', 'lent'],
  reclaiming: ['arrow', 'warning', 'taken back'],
  silent: ['question', 'quiet', 'not heard yet'],
  lost: ['question', 'warning', 'lost'],
  gone: ['cross', 'danger', 'gone'],
  revoked: ['cross', 'quiet', 'revoked'],
}

export function Standing({ standing }: { readonly standing: DesktopView['standing'] }) {
  const [shape, tone, text] = looks[standing]
  return (
    <span className="g-nowrap">
      <Mark shape={shape} tone={tone} />
      {text}
    </span>
  )
}
