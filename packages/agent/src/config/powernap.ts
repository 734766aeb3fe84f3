// PowerNap's configuration file, of Ubuntu's and of Fogbow's version. There every value goes through Python's eval, so that a line of
// it can do anything as root; here it is a number, a quoted text or a fault, and nothing is run. Keys without a meaning any more are
// told with the reason, and what cannot be watched as it was is told too: nothing is dropped in silence.
import { GleanerError } from '@gleaner/model/errors'
import { defaultLending } from '@gleaner/engine/opportunism'
import type { AgentConfig, MonitorConfig, MonitorKind } from './agent-config.ts'
import { monitorOf } from './default-monitors.ts'
import { longestWaitMs } from './lending-times.ts'
import { portRange } from './read-monitor.ts'

export interface PowerNapNote {
  readonly line: number
  readonly key: string
  readonly note: string
}

export interface PowerNapReading {
  readonly monitors: AgentConfig['monitors']
  readonly lending: AgentConfig['lending']
  readonly notes: readonly PowerNapNote[]
}

interface Entry {
  readonly section: string
  readonly key: string
  readonly value: string | number
  readonly line: number
}

const without: Readonly<Record<string, string>> = {
  interval_seconds: 'each monitor has a period of its own; keyboards are asked ten times a second',
  warn: 'the user is always warned when there is a grace period; set grace to 0s for none',
  action_method: 'the machine is lent and never suspended or switched off by this agent',
  action: 'no script is run: the control plane opens the host to placement',
  recover_action: 'no script is run: guests are paused here and the host is closed to placement',
  debug: 'gleaner agent monitors shows what each monitor sees',
  watch_config: 'the agent reads its file when it starts; systemctl reload-or-restart gleaner-agent',
  kern_modules: 'modules of the kernel are left alone',
  services: 'services of the machine are left alone',
  stage2_absent_seconds: 'there is no second stage: the machine stays on',
  stage2_action_method: 'there is no second stage: the machine stays on',
}

export function readPowerNap(text: string, file: string): PowerNapReading {
  const entries = parseIni(text, file)
  const notes: PowerNapNote[] = []
  const general = new Map<string, Entry>()
  for (const entry of entries) if (isGeneral(entry.section)) general.set(entry.key, entry)
  const secondsOf = (key: string, otherwiseMs: number, leastS: number) => {
    const entry = general.get(key)
    if (entry === undefined) return otherwiseMs
    const value = Number(entry.value)
    if (!(value >= leastS && value * 1000 <= longestWaitMs) || entry.value === '')
      return fail(
        file,
        entry.line,
        `${entry.key} has to be a number of seconds, from ${leastS} to ${longestWaitMs / 1000}`,
      )
    return value * 1000
  }
  // Without it PowerNap waits for ever; fifteen minutes are the agent's own.
  const absentMs = secondsOf('absent_seconds', 15 * 60_000, 1)
  const graceMs = Math.min(secondsOf('grace_seconds', 60_000, 0), absentMs)
  const all = { absentMs, continueAfterMs: absentMs }
  const monitors: MonitorConfig[] = []
  const add = (kind: MonitorKind, name: string) => {
    if (!monitors.some((each) => each.name === name)) monitors.push(monitorOf(kind, all, { name, absentMs }))
  }
  for (const entry of entries) {
    const { section, key, line } = entry
    const note = (words: string) => notes.push({ line, key: `[${section}] ${key}`, note: words })
    if (isGeneral(section)) {
      if (key in without) note(without[key] ?? '')
      else if (key !== 'absent_seconds' && key !== 'grace_seconds') note('this key is not known')
      continue
    }
    addMonitor(entry, { add, note })
  }
  return { monitors, lending: { ...defaultLending, graceMs }, notes }
}

function isGeneral(section: string): boolean {
  return /^(fogbow-)?powernap(-stage2)?$/i.test(section)
}

interface MonitorSink {
  readonly add: (kind: MonitorKind, name: string) => void
  readonly note: (words: string) => void
}

function addMonitor({ section, key, value }: Entry, { add, note }: MonitorSink): void {
  const words = String(value)
  switch (section.toLowerCase()) {
    case 'inputmonitor':
      add({ kind: 'keyboard' }, 'keyboard')
      add({ kind: 'pointer', bump: true }, 'pointer')
      return note('all keyboards and pointers are watched, not one of each')
    case 'ps2monitor':
      return add({ kind: 'ps2', needed: false }, 'ps2')
    case 'consolemonitor':
      add({ kind: 'terminals', ignored: [] }, 'terminals')
      return add({ kind: 'ps2', needed: false }, 'ps2')
    case 'loadmonitor': {
      const cores = words === 'n' ? 1 : Number(words)
      if (!(cores > 0)) return note('has to be a number; the usual thresholds are used')
      add({ kind: 'load', startBelowCores: Math.min(0.3, cores), suspendAboveCores: cores }, 'load')
      return note('cores used by others than guests, not the load average, which counted the guests')
    }
    case 'processmonitor':
      try {
        return add({ kind: 'processes', patterns: [new RegExp(words)], whole: true }, `processes ${key}`)
      } catch {
        // The expression is Python's. A monitor that was wanted and is not there must not make the machine lendable.
        add({ kind: 'processes', patterns: [/^/], whole: true }, `processes ${key}`)
        return note(
          'no regular expression here: every process counts until it is corrected, so the machine is never lent',
        )
      }
    case 'tcpmonitor': {
      const range = portRange(words)
      if (range !== undefined) return add({ kind: 'ports', ports: [range] }, `ports ${key}`)
      add({ kind: 'ports', ports: [{ from: 1, to: 65_535 }] }, `ports ${key}`)
      return note('no port and no range: every connection counts until it is corrected')
    }
    case 'udpmonitor':
    case 'wolmonitor':
      return note('the machine stays on, so nothing has to wake it')
    case 'iomonitor':
      return add({ kind: 'process-io', patterns: [safePattern(words)] }, `process-io ${key}`)
    case 'diskmonitor':
      return note('a disk that spins is no user; pressure on disks is the monitor "pressure"')
    case 'loggedinusersmonitor':
      add({ kind: 'sessions' }, 'sessions')
      return add({ kind: 'terminals', ignored: [] }, 'terminals')
    default:
      return note('this monitor is not known')
  }
}

function safePattern(words: string): RegExp {
  try {
    return new RegExp(words)
  } catch {
    return /^/
  }
}

function parseIni(text: string, file: string): readonly Entry[] {
  const entries: Entry[] = []
  let section: string | undefined
  for (const [nth, raw] of text.split(/\r?\n/).entries()) {
    const line = nth + 1
    const row = raw.trim()
    if (row === '' || /^[#;]/.test(row)) continue
    const head = /^\[([^\]]+)\]$/.exec(row)?.[1]
    if (head !== undefined) {
      section = head.trim()
      continue
    }
    const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(row) ?? []
    if (key === undefined || section === undefined) fail(file, line, 'neither a section nor "key = value"')
    entries.push({
      section: section ?? '',
      key: (key ?? '').toLowerCase(),
      value: literal(value ?? '', { file, line }),
      line,
    })
  }
  return entries
}

/** A number, a quoted text, or a bare word; anything that looks like a call or a formula is refused. */
function literal(text: string, { file, line }: { readonly file: string; readonly line: number }): string | number {
  const bare = text.replace(/\s+#.*$/, '').trim()
  if (/^-?\d+(\.\d+)?$/.test(bare)) return Number(bare)
  const [, quote, inner] = /^(["'])(.*)\1$/s.exec(bare) ?? []
  if (quote !== undefined && inner !== undefined && !inner.includes(quote)) return inner
  if (/^[\w./ -]*$/.test(bare)) return bare
  return fail(file, line, 'the value is neither a number nor a text in quotes; nothing in this file is run')
}

function fail(file: string, line: number, detail: string): never {
  throw new GleanerError('agent-config-invalid', { file, line, detail })
}
