// The last actions of everybody, live, at the foot of every page. One line when folded.
import { AngleDownIcon } from '@patternfly/react-icons/dist/esm/icons/angle-down-icon'
import { AngleUpIcon } from '@patternfly/react-icons/dist/esm/icons/angle-up-icon'
import type { JournalView } from '@gleaner/model'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { addToLog, log } from '../api/log.ts'
import { useApi } from '../api/use-api.ts'
import { JournalStateWord } from '../parts/marked.tsx'
import { TargetLink } from '../parts/target-link.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { actionWord } from '../words/action-words.ts'

const key = 'gleaner.log'

export function LogStrip() {
  const seed = useApi('listHistory', { query: { limit: 30 } })
  useEffect(() => {
    if (seed.data !== undefined) addToLog(...seed.data.items)
  }, [seed.data])
  const entries = useSyncExternalStore(log.listen, log.get)
  const [open, setOpen] = useState(() => localStorage.getItem(key) === 'open')
  const toggle = () => {
    localStorage.setItem(key, open ? 'folded' : 'open')
    setOpen(!open)
  }
  return (
    <section className="g-log" aria-label="Latest actions">
      <button type="button" className="g-log__toggle" aria-expanded={open} onClick={toggle}>
        {open ? <AngleDownIcon /> : <AngleUpIcon />}
        Actions
      </button>
      {entries.length === 0 ? (
        <p className="g-quiet g-cut">Nothing has been done yet. Every action will pass through here as it happens.</p>
      ) : (
        <ul className="g-log__lines" tabIndex={open ? 0 : -1} aria-label="Actions, newest first">
          {entries.slice(0, open ? 50 : 1).map((entry) => (
            <LogLine key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  )
}

function LogLine({ entry }: { readonly entry: JournalView }) {
  return (
    <li className="g-log__line">
      <span className="g-quiet g-log__time">
        <RelativeTime at={entry.intendedAt} />
      </span>
      <span className="g-log__state">
        <JournalStateWord state={entry.state} />
      </span>
      <span className="g-cut">
        {entry.cause}: {actionWord[entry.action].verb.toLowerCase()} <TargetLink target={entry.target} />
        <span className="g-quiet"> · {entry.outcome ?? entry.reason.sentence}</span>
      </span>
    </li>
  )
}
