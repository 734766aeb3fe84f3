// What a lease is, in facts: who holds what and when, or waits for what, and until when it could last.
import type { LeaseView } from '@gleaner/model'
import { absolute, dayTime } from '../time/absolute.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { hostsOf } from './lease-columns.tsx'
import { hasPlace, isOver } from './lease-standing.ts'
import { LeaseStateWord, spanText, wantsText } from './lease-words.tsx'

export function LeaseFacts({ lease }: { readonly lease: LeaseView }) {
  const hosts = hostsOf(lease.reservations)
  return (
    <dl className="g-facts">
      <Fact name="State">
        <LeaseStateWord state={lease.state} />
        {lease.heldUntil !== undefined && (
          <>
            , held until <RelativeTime at={lease.heldUntil} />
          </>
        )}
      </Fact>
      {lease.state === 'waiting' ? (
        <Fact name="Looks for a place in">{spanText(lease.start, lease.end)}</Fact>
      ) : lease.openEnded === undefined || isOver(lease) ? (
        <Fact name="When">{spanText(lease.start, lease.end)}</Fact>
      ) : (
        <Fact name="Since, without an end">{dayTime(Date.parse(lease.start))}</Fact>
      )}
      <Fact name="Project">{lease.project}</Fact>
      <Fact name="Asked for by">{lease.by}</Fact>
      {lease.state === 'waiting' ? (
        <Fact name="Wants">{wantsText(lease.reservations)}</Fact>
      ) : (
        <Fact name={`Hosts (${hostsWord(lease, hosts.length)})`}>{hosts.join(', ')}</Fact>
      )}
      {lease.reservations.some(({ instances }) => instances !== undefined) && lease.state !== 'waiting' && (
        <Fact name="What">{wantsText(lease.reservations)}</Fact>
      )}
      {lease.openEnded !== undefined && !isOver(lease) && (
        <Fact name="Renewed by itself" wide>
          by {lease.openEnded.term} at a time; this term ends at {absolute(lease.end)}
          {lease.openEnded.renewBy !== undefined &&
            `. After ${absolute(lease.openEnded.renewBy)} only if its project says that it is still needed`}
        </Fact>
      )}
      {lease.unused !== undefined && (
        <Fact name="Unused since">
          {absolute(lease.unused.since)}
          {lease.unused.endsAt !== undefined &&
            lease.unused.endedAt === undefined &&
            `; it ends at ${absolute(lease.unused.endsAt)} unless it is used before`}
          {lease.unused.endedAt !== undefined && `; ended for that at ${absolute(lease.unused.endedAt)}`}
        </Fact>
      )}
      {lease.waiting !== undefined && (
        <Fact name="On the waitlist" wide>
          number {lease.waiting.position} of {lease.waiting.of}
          {lease.waiting.priority !== 0 && ` (priority ${lease.waiting.priority})`}, until{' '}
          {absolute(lease.waiting.until)};{' '}
          {lease.waiting.earliest === undefined
            ? 'as things are there will be no place'
            : `as things are the earliest is ${absolute(lease.waiting.earliest)}`}
        </Fact>
      )}
      {hasPlace(lease) && (
        <Fact name="Can be extended until">
          {lease.longestUntil === undefined
            ? 'nobody comes after it'
            : lease.longestUntil > lease.end
              ? absolute(lease.longestUntil)
              : 'not at all: others have its hosts from then on'}
        </Fact>
      )}
    </dl>
  )
}

interface FactProps {
  readonly name: string
  readonly wide?: boolean
  readonly children: React.ReactNode
}

function Fact({ name, wide = false, children }: FactProps) {
  return (
    <div data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Of one that took what was there: 1 of 4 asked for. */
function hostsWord({ reservations }: LeaseView, had: number): string {
  const asked = reservations.reduce((sum, reservation) => sum + (reservation.asked ?? 0), 0)
  return asked > had ? `${had} of ${asked} asked for` : `${had}`
}
