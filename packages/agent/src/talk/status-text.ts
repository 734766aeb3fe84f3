// What a person reads of an agent: first whether the machine is lent and why, then what each monitor sees.
import { formatDurationMs } from '@gleaner/model/duration'
import type { MonitorVerdict } from '@gleaner/engine/opportunism'
import type { AgentStatus } from './agent-status.ts'

const phaseWords: Readonly<Record<AgentStatus['phase'], string>> = {
  'in-use': 'in use',
  quiet: 'quiet',
  grace: 'soon lendable',
  lendable: 'lendable',
  lent: 'lent',
  reclaiming: 'being taken back',
}

export function statusText(status: AgentStatus): string {
  const { guests, totals, wish } = status
  const lines = [
    `${status.name} is ${phaseWords[status.phase]} since ${formatDurationMs(status.phaseForMs)}`,
    `  ${status.verdict.sentence}`,
  ]
  if (wish !== undefined) lines.push(`  the owner wishes: ${wishWords(wish)}`)
  if (guests.length === 0) lines.push('  no guests: nothing of others runs here')
  for (const guest of guests) lines.push(`  ${guest.name}: ${guest.state}`)
  lines.push(
    `  since the agent started: lent ${formatDurationMs(totals.lentMs)}, interrupted ${times(totals.interruptions)}` +
      (totals.slowestPauseMs > 0 ? `, at most ${Math.ceil(totals.slowestPauseMs)} ms until all stood still` : ''),
  )
  if (status.link !== undefined) lines.push(`  ${linkWords(status.link)}`)
  if (status.reports !== undefined)
    lines.push(`  reports: ${status.reports.heard} of ${status.reports.lines} guests with a line were heard lately`)
  return `${lines.join('\n')}\n`
}

export function monitorsText(status: Pick<AgentStatus, 'monitors' | 'verdict' | 'phase' | 'backOffMs'>): string {
  const rows = status.monitors.map((monitor) => [
    mark(monitor),
    monitor.monitor,
    monitor.state === 'missing' ? '-' : formatDurationMs(monitor.idleMs),
    formatDurationMs(monitor.neededMs),
    monitor.detail,
  ])
  const head = ['', 'MONITOR', 'CALM FOR', 'NEEDED', 'SEES']
  const widths = head.map((title, nth) => Math.max(title.length, ...rows.map((row) => row[nth]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, nth) =>
        nth === 4 ? cell : nth === 2 || nth === 3 ? cell.padStart(widths[nth] ?? 0) : cell.padEnd(widths[nth] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const summary = `${phaseWords[status.phase]}: ${status.verdict.sentence} (${status.verdict.code})`
  return `${[line(head), ...rows.map(line), summary].join('\n')}\n`
}

function mark({ answer }: MonitorVerdict): string {
  return answer === 'clear' ? '✓' : answer === 'waiting' ? '…' : '✗'
}

function wishWords({ kind, leftMs }: NonNullable<AgentStatus['wish']>): string {
  const span = leftMs === null ? 'until it is taken back' : `for another ${formatDurationMs(leftMs)}`
  return kind === 'lend' ? `lend it ${span}` : `leave it alone ${span}`
}

function linkWords({ server, host, answeredAgoMs, contractLeftMs, fault }: NonNullable<AgentStatus['link']>): string {
  const heard = answeredAgoMs === undefined ? 'has not answered yet' : `answered ${formatDurationMs(answeredAgoMs)} ago`
  const contract = contractLeftMs > 0 ? `lend contract for ${formatDurationMs(contractLeftMs)}` : 'no lend contract'
  return `${host} at ${server}: ${heard}, ${contract}${fault === undefined ? '' : `; ${fault}`}`
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
