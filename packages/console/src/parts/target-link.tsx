// Leads to what a proposal or an action is about: an instance, or a host as a whole.
import type { JournalView } from '@gleaner/model'
import { Link } from 'wouter'

export function TargetLink({ target }: { readonly target: JournalView['target'] }) {
  const place = target.kind === 'host' ? 'hosts' : 'instances'
  return <Link href={`/${place}/${encodeURIComponent(target.id)}`}>{target.name}</Link>
}
