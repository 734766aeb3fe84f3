// A moment relative to the server's present ("3 min ago", "in 2 h"), with the absolute time on hover.
import { roughSpan } from '../words/quantity.ts'
import { absolute } from './absolute.ts'
import { useNow } from './use-now.ts'

export function RelativeTime({ at, bare = false }: { readonly at: string; readonly bare?: boolean }) {
  const nowMs = useNow()
  const seconds = (nowMs - Date.parse(at)) / 1000
  const distance = roughSpan(Math.abs(seconds))
  const text = Math.abs(seconds) < 1.5 ? 'now' : bare ? distance : seconds > 0 ? `${distance} ago` : `in ${distance}`
  return (
    <time className="g-num" dateTime={at} title={absolute(at)}>
      {text}
    </time>
  )
}
