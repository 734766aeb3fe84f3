// What a report says of known figures: what was done and what would have been done are kept apart, what is not known is not nothing, and a
// name can neither end a line nor begin a tag.
import { type JournalEntry, type Proposal, hourMs } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { hourKey } from '../api/system/saved-energy.ts'
import { reportMail } from '../notices/mail-text.ts'
import { chemistry, physics, plainInstance, plainJournalEntry, plainProposal } from '../testing/plain-objects.ts'
import { reportRows, type ReportInput, reportTotal } from './report-figures.ts'
import { reportSubject, reportText } from './report-text.ts'

const toMs = Date.UTC(2026, 10, 29, 6)
const fromMs = toMs - 24 * hourMs
const instance = plainInstance('web-1', { projectId: physics })
const other = plainInstance('web-2', { projectId: chemistry })

const watched = (of: typeof instance, changes: Partial<Proposal>): Proposal => {
  const proposal = plainProposal({ id: `prp_${of.name}`, instance: of, nowMs: fromMs })
  if (proposal === undefined) throw new Error('no proposal')
  const gives = { physicalCores: 2, physicalMemoryMiB: 4096, sellableCores: 0, sellableMemoryMiB: 0 }
  const observed = { state: 'observed', mode: 'observe', action: 'suspend', cause: 'forgotten' } as const
  return { ...proposal, ...observed, gives, hostId: of.hostId, ...changes }
}
const input = (changes: Partial<ReportInput>): ReportInput => ({
  journal: [],
  observed: [],
  holds: [],
  instanceById: new Map([instance, other].map((each) => [each.id, each])),
  fromMs,
  toMs,
  ...changes,
})

describe('what would have been done', () => {
  it('counts from the end of its grace until the rule no longer matched, within the span', () => {
    const since = (createdAtMs: number, graceMs: number, changes: Partial<Proposal> = {}) =>
      reportTotal(input({ observed: [watched(instance, { createdAtMs, graceMs, ...changes })] })).would
    expect(since(fromMs - 90 * hourMs, hourMs)).toMatchObject({ actions: 1, coreHours: 48, memoryGiBHours: 96 })
    expect(since(fromMs + 10 * hourMs, 2 * hourMs)).toMatchObject({ coreHours: 24, memoryGiBHours: 48 })
    const ended = { state: 'cancelled', updatedAtMs: fromMs + 6 * hourMs } as const
    expect(since(fromMs - hourMs, 0, ended)).toMatchObject({ actions: 1, coreHours: 12 })
    expect(since(fromMs + hourMs, 6 * hourMs, ended)).toMatchObject({ actions: 0, coreHours: 0 })
    expect(since(fromMs, Number.NaN)).toMatchObject({ actions: 0, coreHours: 0 })
  })

  it('tells an instance that was watched twice once, and its energy only where it is known', () => {
    const twice = [
      watched(instance, { createdAtMs: fromMs, graceMs: 0, state: 'cancelled', updatedAtMs: fromMs + hourMs }),
      watched(instance, { createdAtMs: fromMs + 2 * hourMs, graceMs: 0 }),
    ]
    const hostId = instance.hostId ?? ('none' as never)
    const hour = { instanceId: instance.id, hostId, atMs: fromMs - hourMs, dynamicJ: 36_000, measuredMs: hourMs }
    const hours = new Map([[hourKey(hour), hour as never]])
    const { would } = reportTotal(input({ observed: twice, hours }))
    // 10 W for an hour; of the other time nothing is known.
    expect(would).toMatchObject({ actions: 1, coreHours: 46, kWh: 0.01, kWhUnknownOf: 1 })
  })
})

describe('the words', () => {
  const observed = [
    watched(instance, { createdAtMs: fromMs, graceMs: 0 }),
    watched({ ...other, name: 'x\r\nBcc: all@example.org <script>' }, { createdAtMs: fromMs, graceMs: 0 }),
  ]
  const done: JournalEntry = {
    ...plainJournalEntry('act_1', other, toMs - 2 * hourMs),
    cause: 'night',
    state: 'done',
    finishedAtMs: toMs - 2 * hourMs,
  }
  const words = (given: ReportInput) => ({
    fromMs,
    toMs,
    timeZone: 'Europe/Berlin',
    projects: ['physics'],
    total: reportTotal(given),
    rules: reportRows(given, ({ cause }) => cause),
    byProject: reportRows(given, ({ projectId }) => String(projectId)),
    nameOf: (id: string) => (id === other.id ? 'x\r\nBcc: all@example.org <script>' : 'web-1'),
    links: ['https://gleaner.example.org/plan'],
  })

  it('are sentences with both parts, the moment in the time zone, and what is not known', () => {
    const text = reportText(words(input({ observed })))
    expect(text.split('\n\n')).toEqual([
      'This is the report of Gleaner about the project physics. It is about the time from Saturday, 28 November 2026 at 07:00 to Sunday, 29 November 2026 at 07:00, time zone Europe/Berlin.',
      'Nothing was done in this time.',
      'Rules in mode observe would have acted upon 2 instances; nothing of it was done. It would have given back 96 core-hours and 192 gibibyte-hours of memory; the energy is not known, because nothing was metered there.',
      'The rule forgotten would have suspended web-1 and x Bcc: all@example.org <script>. It would have given back 96 core-hours and 192 gibibyte-hours of memory; the energy is not known, because nothing was metered there.',
      expect.stringMatching(/^In the project lab:p1: 0 actions done, and 1 instance that rules/),
      expect.stringMatching(/^In the project lab:p2: /),
      'More is to be seen here:\nhttps://gleaner.example.org/plan',
    ])
    expect(reportSubject(words(input({ observed })))).toBe('Report of Gleaner for physics, 29 November 2026')
  })

  it('tell what was done by whom, and nothing of what would have been where nothing was watched', () => {
    const text = reportText(words(input({ journal: [done] })))
    expect(text).toContain('Done: 1 action.')
    expect(text).toContain('night did 1 action.')
    expect(text).toContain('Rules in mode observe would have done nothing.')
  })

  it('say of each step what it would have been, and nothing of steps on hosts', () => {
    const moves = [
      watched(instance, { createdAtMs: fromMs, graceMs: 0, action: 'migrate', cause: 'reserved host' }),
      watched(other, {
        createdAtMs: fromMs,
        graceMs: 0,
        action: 'close',
        cause: 'reserved host',
        instanceId: undefined,
      }),
    ]
    expect(reportText(words(input({ observed: moves })))).toContain(
      'The rule reserved host would have moved to another host: web-1.',
    )
  })

  it('make no header, line or tag out of a name', () => {
    const given = words(input({ observed }))
    const subject = reportSubject({ ...given, projects: ['a\r\nBcc: all@example.org'] })
    const mail = reportMail({ subject, text: reportText(given), links: given.links } as never)
    expect(mail.subject).not.toMatch(/[\r\n]/)
    expect(mail.html).not.toContain('<script>')
    expect(mail.html.match(/<a /g)).toHaveLength(1)
  })
})
