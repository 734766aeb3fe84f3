// Which hosts sleep: since when, until when and why, with a strip of hours for each. The words beside the strip say what it shows;
// an hour can be chosen, by keyboard as well, and is counted over all hosts.
import type { PowerHostView, SleepHoursView, SwitchedHostsView } from '@gleaner/model'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { Answer } from '../parts/answer.tsx'
import { Panel } from '../parts/panel.tsx'
import { type Column, VirtualTable } from '../parts/virtual-table.tsx'
import { dayTime } from '../time/absolute.ts'
import { RelativeTime } from '../time/relative-time.tsx'
import { counted } from '../words/quantity.ts'
import { watts } from './energy-words.ts'
import { barsOf, type Frame, frameOf, hourAtMs, hoursOf, kindIn } from './sleep-hours.ts'
import './sleepers.css'

type Strip = SleepHoursView['hosts'][number]

interface Row {
  readonly host: PowerHostView
  readonly strip: Strip | undefined
}

export function SleepersPanel() {
  const hosts = useApi('getSwitchedHosts', {})
  const hours = useApi('getSleepHours', { query: { back: '2d', ahead: '2d' } }, { keepPrevious: true })
  return (
    <Panel title="Hosts that sleep">
      <Answer read={hosts} height="240px" what="the hosts that can be switched">
        {(switched) =>
          switched.hosts.length === 0 ? (
            <p className="g-quiet">
              No host can be switched off and on by Gleaner, or none that you may see: nothing is configured for that.
            </p>
          ) : (
            <Answer read={hours} height="240px" what="the hours in which hosts sleep">
              {(told) => <Sleepers switched={switched} told={told} />}
            </Answer>
          )
        }
      </Answer>
    </Panel>
  )
}

function Sleepers({ switched, told }: { readonly switched: SwitchedHostsView; readonly told: SleepHoursView }) {
  const [hour, setHour] = useState(0)
  const frame = useMemo(() => frameOf(told), [told])
  const rows = useMemo(() => {
    const strips = new Map(told.hosts.map((strip) => [strip.id, strip]))
    const all = switched.hosts.map((host): Row => ({ host, strip: strips.get(host.id) }))
    return all.sort((a, b) => rank(a.host) - rank(b.host) || (a.host.host < b.host.host ? -1 : 1))
  }, [switched, told])
  const { asleep, savedW, mode } = switched
  const columns = useMemo(() => columnsOf(frame, hour), [frame, hour])
  return (
    <div className="g-stack">
      <p>
        <strong className="g-num">{asleep}</strong> of {counted(switched.hosts.length, 'host')} that can be switched{' '}
        {asleep === 1 ? 'sleeps' : 'sleep'} now
        {savedW > 0 && `, which saves about ${watts(savedW)}`}. The mode of energy is {mode}.
      </p>
      <HourChoice frame={frame} hour={hour} onHour={setHour} strips={told.hosts} />
      <VirtualTable
        label="Hosts that can be switched"
        columns={columns}
        total={rows.length}
        rowAt={(index) => rows[index]}
        keyOf={({ host }) => host.id}
        minWidth={930}
      />
      <p className="g-sleep__legend">
        <Sample kind="asleep" /> slept <Sample kind="sleeps" /> will sleep, for all that is known{' '}
        <Sample kind="wakes" /> wakes up <Sample kind="promised" /> leased; the rest is awake, or not known yet.
      </p>
    </div>
  )
}

const rank = ({ state, step }: PowerHostView) => (state === 'asleep' ? 0 : step === undefined ? 2 : 1)

interface HourChoiceProps {
  readonly frame: Frame
  readonly hour: number
  readonly onHour: (hour: number) => void
  readonly strips: readonly Strip[]
}

function HourChoice({ frame, hour, onHour, strips }: HourChoiceProps) {
  const { first, last } = hoursOf(frame)
  const atMs = hourAtMs(frame, hour)
  const kinds = strips.map(({ spans }) => kindIn(spans, atMs))
  const sleeping = kinds.filter((kind) => kind === 'asleep' || kind === 'sleeps').length
  const leased = kinds.filter((kind) => kind === 'promised').length
  const verb = hour < 0 ? 'slept' : 'will sleep, for all that is known'
  const text = `${dayTime(atMs)}: ${counted(sleeping, 'host')} ${hour === 0 ? 'sleep' : verb}${leased > 0 ? `, ${counted(leased, 'host')} leased` : ''}.`
  return (
    <div className="g-sleep__hour">
      <label>
        Hour
        <input
          type="range"
          min={first}
          max={last}
          step={1}
          value={hour}
          aria-valuetext={text}
          onChange={(event) => onHour(Number(event.currentTarget.value))}
        />
      </label>
      <output className="g-num">{text}</output>
    </div>
  )
}

function Sample({ kind }: { readonly kind: Strip['spans'][number]['kind'] }) {
  return <span className={`g-sleep__sample g-sleep__bar--${kind}`} aria-hidden="true" />
}

/** Said in words in the columns beside it. */
function StripOfHours({
  strip,
  frame,
  hour,
}: {
  readonly strip: Strip | undefined
  readonly frame: Frame
  readonly hour: number
}) {
  const lengthMs = frame.toMs - frame.fromMs
  const share = (ms: number) => `${(100 * (ms - frame.fromMs)) / lengthMs}%`
  return (
    <span className="g-sleep__strip" aria-hidden="true">
      {barsOf(strip?.spans ?? [], frame).map(({ kind, left, width }) => (
        <span
          key={`${kind}${left}`}
          className={`g-sleep__bar g-sleep__bar--${kind}`}
          style={{ left: `${100 * left}%`, width: `${100 * width}%` }}
        />
      ))}
      <span
        className="g-sleep__chosen"
        style={{ left: share(hourAtMs(frame, hour)), width: `${(100 * 3_600_000) / lengthMs}%` }}
      />
      <span className="g-sleep__now" style={{ left: share(frame.nowMs) }} />
    </span>
  )
}

function columnsOf(frame: Frame, hour: number): readonly Column<Row>[] {
  return [
    {
      key: 'host',
      title: 'Host',
      width: 'minmax(96px, 0.6fr)',
      cell: ({ host }) => <Link href={`/hosts/${encodeURIComponent(host.id)}`}>{host.host}</Link>,
    },
    {
      key: 'strip',
      title: '2 days back and 2 to come',
      width: 'minmax(210px, 1.6fr)',
      cell: ({ strip }) => <StripOfHours strip={strip} frame={frame} hour={hour} />,
    },
    { key: 'state', title: 'Now', width: '76px', cell: ({ host }) => host.state },
    {
      key: 'since',
      title: 'Asleep since',
      width: '100px',
      cell: ({ host: { asleepSince } }) => (asleepSince === undefined ? '' : <RelativeTime at={asleepSince} />),
    },
    { key: 'until', title: 'Until', width: '130px', cell: ({ host, strip }) => <Until host={host} strip={strip} /> },
    {
      key: 'why',
      title: 'Why',
      width: 'minmax(200px, 2fr)',
      cell: ({ host }) => <span title={whyOf(host)}>{whyOf(host)}</span>,
    },
  ]
}

function Until({ host, strip }: Row) {
  if (host.state !== 'asleep') return null
  const wakes = strip?.spans.find(({ kind }) => kind === 'wakes')
  return wakes === undefined ? <span className="g-quiet">it is needed</span> : <RelativeTime at={wakes.from} />
}

function whyOf({ reason, state, nextLeaseAt, failures, fault, wish, instances }: PowerHostView): string {
  if (failures > 0) return `Did not wake up ${counted(failures, 'time')}${fault === undefined ? '' : `: ${fault}`}.`
  if (reason !== undefined) return reason.sentence
  if (wish !== undefined) return `${wish.by} wants it ${wish.state}.`
  if (state === 'asleep')
    return nextLeaseAt === undefined
      ? 'It was empty; it wakes for a request without room, or for the reserve of empty hosts.'
      : `It was empty; it is woken in time for its lease of ${dayTime(Date.parse(nextLeaseAt))}.`
  return instances > 0 ? `${counted(instances, 'instance')} on it.` : ''
}
