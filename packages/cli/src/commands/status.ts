// `gleaner status`: everything at a glance, in ten lines: clouds and their freshness, the ledger, modes, what comes next,
// what was gained, what is wrong.
import {
  type PlanView,
  type ProblemView,
  type ResponseOf,
  type StatusView,
  type endpoints,
  nextChanges,
} from '@gleaner/model'
import { ApiError } from '@gleaner/client'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { cores, count, figures, memory, share } from '../format/quantity.ts'
import { stateColour } from '../format/style.ts'
import { fleetSentence } from './estimate-words.ts'
import { nextStep } from './next-step.ts'

type Ledger = NonNullable<StatusView['ledger']>['cores']

export async function status(context: CommandContext): Promise<void> {
  const [status, plan, problems] = await Promise.all([
    context.client.call('getStatus'),
    orNothing(context.client.call('getPlan')),
    orNothing(context.client.call('listProblems')),
  ])
  if (context.printJson(status)) return
  const moments = context.moments(status.now)
  const line = (name: string, text: string) => context.say(text, context.style(name.padEnd(10), 'dim'))
  line('gleaner', headline(status, moments))
  if (status.paused !== undefined) {
    const { by, since, reason } = status.paused
    line(
      'PAUSED',
      `${moments.relative(since)} by ${by}${reason === '' ? '' : `: ${reason}`}. Nothing is done until gleaner unpause.`,
    )
  }
  for (const cloud of status.clouds) line('cloud', cloudLine(cloud, context, moments))
  if (status.clouds.length === 0) line('cloud', 'none is connected; see docs/ for how to connect one')
  for (const source of status.sources) line('source', sourceLine(source, context, moments))
  if (status.ledger !== undefined) {
    line('cores', ledgerLine(status.ledger.cores, cores))
    line('memory', ledgerLine(status.ledger.memoryMiB, memory))
  }
  if (status.asleep !== undefined) {
    const { hosts, cores: sleeping, memoryMiB } = status.asleep
    line('asleep', `${count(hosts, 'host')} with ${cores(sleeping)} cores and ${memory(memoryMiB)}, not counted above`)
  }
  if (status.estimates !== undefined) line('estimate', fleetSentence(status.estimates, moments))
  if (status.desktops !== undefined) line('desktops', desktopsLine(status.desktops))
  line('modes', modesLine(status, context))
  line('plan', planLine(status))
  line('next', nextLine(plan, moments))
  if (status.savings !== undefined) line('gained', gainedLine(status.savings))
  line('problems', problemsLine(status, problems, context))
}

function desktopsLine({ total, lendable, lent, lost }: NonNullable<StatusView['desktops']>): string {
  const unheard = lost === 0 ? '' : `, ${lost} not heard of`
  return `${lendable} of ${total} can be lent now, guests run on ${lent}${unheard}`
}

/** What is not there yet, or for the time being, is no reason to show nothing at all. */
async function orNothing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof ApiError && error.status >= 500) return undefined
    throw error
  }
}

function headline(status: StatusView, moments: Moments): string {
  const parts = [
    `${status.version} on ${status.replica}`,
    `up ${moments.relative(status.startedAt).replace(' ago', '')}`,
  ]
  if (!status.ready) parts.push(`starting: ${status.starting ?? 'reading the clouds'}`)
  else if (status.leader.isLeader) parts.push('leads')
  else parts.push(status.leader.holder === undefined ? 'nobody leads' : `follows ${status.leader.holder}`)
  if (status.speed !== 1) parts.push(`time runs ${status.speed} times faster`)
  if (!status.store.reachable) parts.push(`PostgreSQL is away (${status.store.detail})`)
  return parts.join(', ')
}

function cloudLine(cloud: StatusView['clouds'][number], context: CommandContext, moments: Moments): string {
  const read = cloud.takenAt === undefined ? 'not read yet' : `read ${moments.relative(cloud.takenAt)}`
  const gaps = cloud.gaps[0] === undefined ? '' : `; ${cloud.gaps[0].scope}: ${cloud.gaps[0].reason}`
  return `${cloud.id} (${cloud.kind}) ${context.style(cloud.state, stateColour(cloud.state))}, ${read}: ${count(cloud.hosts, 'host')}, ${count(cloud.instances, 'instance')} (${figures(cloud.runningInstances)} running), ${count(cloud.projects, 'project')}${gaps}`
}

function sourceLine(source: StatusView['sources'][number], context: CommandContext, moments: Moments): string {
  const read = source.readAt === undefined ? 'not read yet' : `read ${moments.relative(source.readAt)}`
  const filled =
    source.filledUntil === undefined ? '' : `, the past is there until ${moments.relative(source.filledUntil)}`
  const lost = [
    ...(source.unmatched > 0 ? [`${figures(source.unmatched)} of nothing known`] : []),
    ...(source.ambiguous > 0 ? [`${figures(source.ambiguous)} of several at once`] : []),
  ]
  const series = `${figures(source.series)} series for ${figures(source.subjects)} hosts and instances`
  const fault = source.fault === undefined ? '' : `; ${source.fault}`
  return `${source.id} (${source.kind}) ${context.style(source.state, stateColour(source.state))}, ${read}${filled}: ${[series, ...lost].join(', ')}${fault}`
}

function ledgerLine(line: Ledger, show: (value: number) => string): string {
  const parts = [
    `${show(line.usable)} usable`,
    `${show(line.firmPeak)} firm peak (${share(line.firmPeak, line.usable)})`,
    ...(line.lent > 0 ? [`${show(line.lent)} lent`] : []),
    ...(line.leased > 0 ? [`${show(line.leased)} leased`] : []),
    `${show(line.headroom)} headroom`,
    `${show(line.idle)} idle (${share(line.idle, line.usable)})`,
    ...(line.used === undefined ? [] : [`${show(line.used)} used now`]),
    ...(line.overdrawn > 0 ? [`${show(line.overdrawn)} overdrawn`] : []),
  ]
  return parts.join(' · ')
}

function modesLine(status: StatusView, context: CommandContext): string {
  return status.modes
    .map(({ capability, mode, source }) => {
      const ruled = source === 'file' ? ' (file)' : ''
      return `${capability} ${context.style(mode, stateColour(mode))}${ruled}`
    })
    .join(', ')
}

function planLine(status: StatusView): string {
  const { proposals, rules } = status
  const states = Object.entries(proposals.byState).map(([state, number]) => `${number} ${state}`)
  const undetermined = rules.undetermined > 0 ? `, ${rules.undetermined} short of data` : ''
  return `${count(proposals.open, 'proposal')}${states.length > 0 ? ` (${states.join(', ')})` : ''} from ${count(rules.enabled, 'rule')}${undetermined}`
}

function nextLine(plan: PlanView | undefined, moments: Moments): string {
  if (plan === undefined) return 'there is no plan yet'
  const steps = nextChanges(plan.proposals.filter(({ state }) => state !== 'observed')).slice(0, 3)
  if (steps.length === 0) return plan.proposals.length > 0 ? 'nothing: all proposals are only observed' : 'nothing'
  return steps.map((change) => nextStep(change, moments)).join('; ')
}

function gainedLine(savings: NonNullable<StatusView['savings']>): string {
  const { actionsDone, physicalMemoryGiBHours, physicalCoreHours, now, would } = savings
  const parts: string[] = []
  if (physicalMemoryGiBHours + physicalCoreHours > 0 || actionsDone > 0)
    parts.push(
      `${figures(physicalMemoryGiBHours)} GiB·h and ${figures(physicalCoreHours)} core·h in the past day by ${count(actionsDone, 'action')}`,
    )
  if (now.instances > 0) parts.push(`${memory(now.physicalMemoryMiB)} now (${count(now.instances, 'instance')})`)
  if (parts.length === 0) parts.push('nothing yet')
  if (would.instances > 0)
    parts.push(
      `all that is proposed would give ${memory(would.physicalMemoryMiB)} and ${cores(would.physicalCores)} cores (${count(would.instances, 'instance')})`,
    )
  return parts.join('; ')
}

function problemsLine(
  status: StatusView,
  problems: ResponseOf<typeof endpoints.listProblems> | undefined,
  context: CommandContext,
): string {
  const { open, errors } = status.problems
  if (open === 0) return 'none'
  const first: ProblemView | undefined =
    problems?.items.find(({ severity }) => severity === 'error') ?? problems?.items[0]
  const text = `${open} open${errors > 0 ? ` (${count(errors, 'error')})` : ''}`
  return `${context.style(text, errors > 0 ? 'red' : 'yellow')}${first === undefined ? '' : `: ${first.sentence}`}`
}
