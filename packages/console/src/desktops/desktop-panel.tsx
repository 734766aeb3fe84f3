// One desktop: when guests will be able to run there, hour by hour of the week, how well that was foretold so far, and its last phases.
import type { DesktopDetails, DesktopForecastView } from '@gleaner/model'
import { Button } from '@patternfly/react-core'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { RelativeTime } from '../time/relative-time.tsx'
import { count, percent } from '../words/quantity.ts'
import { Standing } from './standing.tsx'

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const shownPhases = 12

export function DesktopPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const read = useApi('getDesktop', { params: { id } }, { keepPrevious: true })
  return (
    <Panel
      title={read.data === undefined ? 'One desktop' : read.data.host}
      aside={
        <Button variant="secondary" size="sm" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Answer read={read} height="260px" what="this desktop">
        {(desktop) => (
          <div className="g-stack">
            {desktop.forecast === undefined ? (
              <p className="g-quiet">Nothing is foretold of it yet, or not to you.</p>
            ) : (
              <Forecast host={desktop.host} forecast={desktop.forecast} />
            )}
            <Phases desktop={desktop} />
          </div>
        )}
      </Answer>
    </Panel>
  )
}

function Forecast({ host, forecast }: { readonly host: string; readonly forecast: DesktopForecastView }) {
  const { hours, learntHours, accuracy } = forecast
  return (
    <>
      <div className="g-scroll" tabIndex={0} role="region" aria-label={`Forecast of ${host}, scrollable`}>
        <table className="g-forecast">
          <caption className="g-hidden">
            Share of each hour of the week in which guests are expected to be able to run on {host}, in percent, UTC
          </caption>
          <thead>
            <tr>
              <th scope="col">UTC</th>
              {Array.from({ length: 24 }, (_, hour) => (
                <th key={hour} scope="col" className="g-num">
                  {hour}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map((day, nth) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                {hours.slice(nth * 24, nth * 24 + 24).map((share, hour) => (
                  <td key={hour} className="g-num">
                    <span className="g-forecast__bar" aria-hidden="true">
                      <span style={{ height: `${Math.round(share * 100)}%` }} />
                    </span>
                    {Math.round(share * 100)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="g-hint">
        Percent of each hour in which guests are expected to be able to run, learnt from {count(learntHours)} hours.{' '}
        {accuracy === undefined
          ? 'These are too few to say how well.'
          : `Of ${count(accuracy.judgedHours)} hours, each foretold before it was known, ${percent(accuracy.rightShare)} were foretold rightly; mean squared error ${accuracy.brier.toFixed(3)}, against ${accuracy.brierOfMean.toFixed(3)} of who always says the mean.`}
      </p>
    </>
  )
}

function Phases({ desktop: { host, phases } }: { readonly desktop: DesktopDetails }) {
  if (phases.length === 0) return null
  return (
    <table className="g-table">
      <caption className="g-hidden">Last phases of {host}</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Phase</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {phases.slice(0, shownPhases).map(({ at, phase, reason }) => (
          <tr key={at}>
            <td>
              <RelativeTime at={at} />
            </td>
            <td>
              <Standing standing={phase} />
            </td>
            <td>{reason.sentence}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
