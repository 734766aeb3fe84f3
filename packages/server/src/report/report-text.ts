// A report in sentences that can be read aloud: no table, no abbreviation of a unit, numbers of few digits. Names are chosen by whoever owns
// an instance: each is one line of bounded length.
import type { ActionKind, ReportFigures } from '@gleaner/model'
import { oneLine } from '../notices/message-template.ts'
import type { ReportRow } from './report-figures.ts'

export interface ReportWords {
  readonly fromMs: number
  readonly toMs: number
  readonly timeZone: string
  /** Names; undefined: all. */
  readonly projects: readonly string[] | undefined
  readonly total: Pick<ReportRow, 'done' | 'would'>
  readonly rules: readonly ReportRow[]
  readonly byProject: readonly ReportRow[]
  readonly nameOf: (instanceId: string) => string
  readonly links: readonly string[]
}

const mostNames = 5
const nameLength = 80

export function reportSubject({ toMs, timeZone, projects }: ReportWords): string {
  const whose = projects === undefined ? '' : ` for ${listed(projects.map(name))}`
  return `Report of Gleaner${whose}, ${moment(toMs, timeZone, { dateStyle: 'long' })}`
}

export function reportText(words: ReportWords): string {
  const { fromMs, toMs, timeZone, projects, total, rules, byProject, links } = words
  const at = (ms: number) => moment(ms, timeZone, { dateStyle: 'full', timeStyle: 'short' })
  const whose = projects === undefined ? 'all projects' : projectWords(projects)
  const { done, would } = total
  return [
    `This is the report of Gleaner about ${whose}. It is about the time from ${at(fromMs)} to ${at(toMs)}, time zone ${timeZone}.`,
    done.actions === 0
      ? `Nothing was done in this time.${gave('What was done before gave back', done)}`
      : `Done: ${counted(done.actions, 'action')}.${gave('That gave back', done)}`,
    ...rules
      .filter((row) => row.done.actions > 0)
      .map((row) => `${name(row.name)} did ${counted(row.done.actions, 'action')}.${gave('That gave back', row.done)}`),
    would.actions === 0
      ? 'Rules in mode observe would have done nothing.'
      : `Rules in mode observe would have acted upon ${counted(would.actions, 'instance')}; nothing of it was done.${gave('It would have given back', would)}`,
    ...rules.filter((row) => row.would.actions > 0).map((row) => wouldSentence(row, words)),
    ...(byProject.length > 1 ? byProject.map(projectSentence) : []),
    ...(links.length === 0 ? [] : [`More is to be seen here:\n${links.join('\n')}`]),
  ].join('\n\n')
}

function wouldSentence({ name: rule, would, wouldDo }: ReportRow, { nameOf }: ReportWords): string {
  const deeds = wouldDo.map(({ action, instances }) => {
    const names = instances.map((id) => name(nameOf(id))).sort((a, b) => (a < b ? -1 : 1))
    const shown = names.slice(0, mostNames)
    const more = names.length - shown.length
    return `${did[action]} ${listed(more > 0 ? [...shown, `${more} more`] : shown)}`
  })
  return `The rule ${name(rule)} would have ${listed(deeds)}.${gave('It would have given back', would)}`
}

function projectSentence({ name: project, done: was, would }: ReportRow): string {
  return `In the project ${name(project)}: ${counted(was.actions, 'action')} done, and ${counted(would.actions, 'instance')} that rules in mode observe would have acted upon.${gave('Given back', was)}${gave('It would have been', would)}`
}

/** Before the names of the instances. */
const did: Readonly<Record<ActionKind, string>> = {
  notify: 'told the owners of',
  pause: 'paused',
  suspend: 'suspended',
  stop: 'stopped',
  shelve: 'shelved',
  resume: 'resumed',
  start: 'started',
  balloon: 'borrowed memory of',
  'return-memory': 'given memory back to',
  migrate: 'moved to another host:',
  delete: 'deleted',
}

/** With a space before it; empty where there is nothing to say. */
function gave(begin: string, { coreHours, memoryGiBHours, kWh, kWhUnknownOf }: ReportFigures): string {
  if (coreHours === 0 && memoryGiBHours === 0) return ''
  const energy =
    kWh === null
      ? '; the energy is not known, because nothing was metered there'
      : ` and about ${figure(kWh)} kilowatt-hours${kWhUnknownOf === 0 ? '' : `, without ${counted(kWhUnknownOf, 'action')} of which it is not known`}`
  return ` ${begin} ${figure(coreHours)} core-hours and ${figure(memoryGiBHours)} gibibyte-hours of memory${energy}.`
}

function figure(value: number): string {
  if (value > 0 && value < 0.01) return 'less than 0.01'
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false }).format(value)
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function projectWords(projects: readonly string[]): string {
  if (projects.length === 0) return 'projects that are not there'
  return `${projects.length === 1 ? 'the project' : 'the projects'} ${listed(projects.map(name))}`
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function name(text: string): string {
  return oneLine(text).slice(0, nameLength)
}

function moment(ms: number, timeZone: string, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, ...style }).format(ms)
}
