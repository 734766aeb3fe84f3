// One resource of the ledger: the bar with its segments, where use is now, and the same as a table underneath, which is
// both the legend and the twin of the bar. Hovering or focusing a segment explains it; following it shows the hosts behind.
import type { LedgerLineView } from '@gleaner/model'
import { Tooltip } from '@patternfly/react-core'
import { type CSSProperties, useId } from 'react'
import { Link } from 'wouter'
import { percent } from '../words/quantity.ts'
import './ledger.css'
import { type Resource, segmentsOf } from './segments.ts'

/** How much of a bar a letter takes. */
const letterShare = 0.0105

interface LedgerBarProps {
  readonly line: LedgerLineView
  readonly resource: Resource
  /** Where the hosts behind a segment are shown; undefined: the bar is about one host already. */
  readonly hrefOf?: (segment: string) => string
}

export function LedgerBar({ line, resource, hrefOf }: LedgerBarProps) {
  const id = useId()
  const segments = segmentsOf(line, resource)
  const drawn = segments.filter(({ amount }) => amount > 0)
  const total = segments.reduce((sum, { amount }) => sum + amount, 0)
  const share = (amount: number) => (total === 0 ? 0 : amount / total)
  const usedAt = line.used === undefined ? undefined : share(line.reserved + line.used)
  return (
    <figure className="g-ledger" aria-labelledby={id}>
      <figcaption className="g-ledger__head">
        <span id={id} className="g-ledger__name">
          {resource.title}
        </span>
        <span>
          <strong className="g-ledger__figure g-num">{resource.format(line.idle)}</strong>{' '}
          <span className="g-quiet">
            idle of {resource.format(line.physical)} · physically free now {resource.format(line.physicallyFree)} ·
            sellable by the cloud {resource.format(line.sellable)}
          </span>
        </span>
      </figcaption>
      <div className="g-ledger__track">
        {drawn.map(({ name, title, amount, sentence }, i) => {
          const ends = `${i === 0 ? ' g-seg--first' : ''}${i === drawn.length - 1 ? ' g-seg--last' : ''}`
          const style: CSSProperties = { flexGrow: share(amount) }
          const face = (
            <span className="g-ledger__label" aria-hidden="true">
              {share(amount) > title.length * letterShare ? title : ''}
            </span>
          )
          const label = `${resource.title}, ${title.toLowerCase()}: ${sentence}`
          return (
            <Tooltip key={name} content={sentence} entryDelay={80} exitDelay={0} aria="none">
              {hrefOf === undefined ? (
                <span className={`g-seg g-seg--${name}${ends}`} style={style} role="img" aria-label={label}>
                  {face}
                </span>
              ) : (
                <Link className={`g-seg g-seg--${name}${ends}`} style={style} href={hrefOf(name)} aria-label={label}>
                  {face}
                </Link>
              )}
            </Tooltip>
          )
        })}
        {usedAt !== undefined && (
          <span className="g-ledger__used" style={{ left: `${usedAt * 100}%` }} aria-hidden="true">
            <span className="g-ledger__used-text">used now {resource.format(line.used ?? 0)}</span>
          </span>
        )}
      </div>
      <table className="g-ledger__legend">
        <caption className="g-hidden">Ledger of {resource.title.toLowerCase()}</caption>
        <thead className="g-hidden">
          <tr>
            {segments.map(({ name, title }) => (
              <th key={name} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {segments.map(({ name, title, amount }) => (
              <td key={name}>
                <span className="g-ledger__key">
                  <span className={`g-swatch g-seg--${name}`} aria-hidden="true" />
                  <span aria-hidden="true">{title}</span>
                </span>
                <span className="g-num">
                  {resource.format(amount)} <span className="g-quiet">{percent(share(amount))}</span>
                </span>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </figure>
  )
}
