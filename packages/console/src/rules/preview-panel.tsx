// What the rule as written would match, live: now, over the past day, nearly, and what lacks data.
import type { Mode, RulePreviewView } from '@gleaner/model'
import { Skeleton } from '@patternfly/react-core'
import { Link } from 'wouter'
import { ErrorNote } from '../parts/error-note.tsx'
import { Panel } from '../parts/panel.tsx'
import { dayTime } from '../time/absolute.ts'
import { count, counted } from '../words/quantity.ts'
import { Expression } from './expression.tsx'
import type { Preview } from './use-preview.ts'

/** In a list about one rule its name and that of the instance need not open every sentence. */
const opening = /^Rule "[^"]*" (?:matches|does not match) [^:]+: /

type Result = NonNullable<RulePreviewView['result']>

interface PreviewPanelProps {
  readonly preview: Preview
  /** That the rule is written for. */
  readonly mode: Mode
  readonly empty: boolean
}

export function PreviewPanel({ preview, mode, empty }: PreviewPanelProps) {
  const { result, faults, error, behind } = preview
  return (
    <div className="g-live">
      <Panel title="What it would do" aside={behind && !empty ? 'looking …' : undefined}>
        {error !== null && <ErrorNote error={error} />}
        {empty ? (
          <p className="g-quiet">
            Write an expression, or begin with a ready-made rule. What matches appears here while you type; nothing is
            saved and nothing is done.
          </p>
        ) : faults.length > 0 ? (
          <p className="g-quiet">The rule cannot be tried yet: correct what is marked.</p>
        ) : result === undefined ? (
          error === null && <Skeleton height="300px" screenreaderText="Trying the rule" />
        ) : (
          // A former answer is one to a former mode.
          <PreviewResult result={result} mode={behind ? result.mode : mode} />
        )}
      </Panel>
    </div>
  )
}

function PreviewResult({ result, mode }: { readonly result: Result; readonly mode: Mode }) {
  const top = Math.max(1, ...result.pastDay.map(({ matched }) => matched))
  return (
    <>
      <dl className="g-live__numbers" aria-live="polite">
        <div>
          <dt>match now, of {count(result.covered)}</dt>
          <dd className="g-num">{count(result.matchedTotal)}</dd>
        </div>
        <div>
          <dt>different ones over the past day</dt>
          <dd className="g-num">{count(result.matchedOverPastDay)}</dd>
        </div>
        <div>
          <dt>cannot be decided</dt>
          <dd className="g-num">{count(result.unknownTotal)}</dd>
        </div>
      </dl>
      {(result.mode !== mode || result.held.length > 0) && (
        <section aria-label="How far it would go">
          <h3>How far it would go</h3>
          <ul className="g-lines">
            {result.mode !== mode && (
              <li>
                Under {result.mode}, the mode of idleness, though it is written for {mode}.
              </li>
            )}
            {result.held.map(({ project, instances, sentence }) => (
              <li key={project}>
                In {project} ({counted(instances, 'match', 'matches')}): {sentence}.
              </li>
            ))}
          </ul>
        </section>
      )}
      {result.pastDay.length > 0 && (
        <figure>
          <div className="g-hours" role="img" aria-label="Matches over the past day; the table has each value.">
            {result.pastDay.map(({ at, matched }) => (
              <span
                key={at}
                style={{ height: `${(matched / top) * 100}%` }}
                title={`${dayTime(Date.parse(at))}: ${count(matched)}`}
              />
            ))}
          </div>
          <details>
            <summary className="g-hint">
              The past day, at most {counted(top, 'match', 'matches')} at once: as a table
            </summary>
            <table className="g-table">
              <caption className="g-hidden">Matches over the past day</caption>
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col" className="g-right">
                    Matches
                  </th>
                  <th scope="col" className="g-right">
                    Unknown
                  </th>
                </tr>
              </thead>
              <tbody>
                {result.pastDay.map(({ at, matched, unknown }) => (
                  <tr key={at}>
                    <td>{dayTime(Date.parse(at))}</td>
                    <td className="g-right g-num">{count(matched)}</td>
                    <td className="g-right g-num">{count(unknown)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </figure>
      )}
      <Lines
        title={`Matches (${count(result.matchedTotal)})`}
        items={result.matched}
        more={result.matchedTotal}
        none="None now."
      />
      <Lines title="Nearly matched, because" items={result.nearly} none="Nothing fails by one clause alone." />
      {result.unknownTotal > 0 && (
        <Lines title="Cannot be decided, because" items={result.unknown} more={result.unknownTotal} none="" />
      )}
      {result.failing.length > 0 && (
        <>
          <h3>What keeps the others</h3>
          <ul className="g-lines">
            {result.failing.map(({ clause, instances }) => (
              <li key={clause}>
                {counted(instances, 'instance')} because this is false:
                <Expression text={clause} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

interface LinesProps {
  readonly title: string
  readonly items: Result['matched']
  readonly more?: number
  readonly none: string
}

function Lines({ title, items, more = items.length, none }: LinesProps) {
  return (
    <>
      <h3>{title}</h3>
      {items.length === 0 ? (
        <p className="g-hint">{none}</p>
      ) : (
        <ul className="g-lines">
          {items.map(({ id, name, project, sentence }) => (
            <li key={id}>
              <span>
                <Link href={`/instances/${encodeURIComponent(id)}`}>{name}</Link>{' '}
                <span className="g-quiet">{project}</span>
              </span>
              <span>{sentence.replace(opening, '')}</span>
            </li>
          ))}
          {more > items.length && <li className="g-quiet">and {count(more - items.length)} more</li>}
        </ul>
      )}
    </>
  )
}
