// `gleaner why NAME`: the story of an instance, or of a host as a whole where no instance has the name, in the order of time: the answer first, then what happened to it, what
// holds now (each rule with its numbers, and what stands in the way of an action), and what is foreseen.
import { ApiError } from '@gleaner/client'
import type { HostView, InstanceView, WhyHostView, WhyView } from '@gleaner/model'
import type { CommandContext } from '../command-context.ts'
import type { Moments } from '../format/moment.ts'
import { cores, count, figures, memory, span } from '../format/quantity.ts'
import { estimateRecord, estimateSentence } from './estimate-words.ts'

/** A pause for breath is no idleness. */
const leastIdleS = 60

export interface WhyOptions {
  /** The name is that of a host, even if an instance has it too. */
  readonly host?: boolean
}

export async function why(context: CommandContext, name: string, options: WhyOptions = {}): Promise<void> {
  const [story, status] = await Promise.all([storyOf(context, name, options), context.client.call('getStatus')])
  if (context.printJson(story)) return
  const moments = context.moments(status.now)
  if ('host' in story) return hostStory(context, story, moments)
  context.say(moments.within(story.summary))
  context.line()
  context.say(portrait(story.instance, moments))
  past(context, story, moments)
  rules(context, story, moments)
  obstacles(context, story, moments)
  future(context, story, moments)
}

async function storyOf(context: CommandContext, name: string, { host }: WhyOptions): Promise<WhyView | WhyHostView> {
  const call = { params: { id: name } }
  if (host === true) return context.client.call('whyHost', call)
  try {
    return await context.client.call('whyInstance', call)
  } catch (error) {
    if (!isUnknown(error)) throw error
    return context.client.call('whyHost', call).catch((second: unknown) => {
      throw isUnknown(second) ? error : second
    })
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'not-found'
}

function hostStory(context: CommandContext, story: WhyHostView, moments: Moments): void {
  context.say(moments.within(story.summary))
  context.line()
  context.say(hostPortrait(story.host))
  if (story.estimate !== undefined) {
    heading(context, 'What it will use')
    context.say(estimateSentence(story.estimate, moments), '  ')
    context.say(estimateRecord(story.estimate), '  ')
  }
  past(context, story, moments)
  obstacles(context, story, moments)
  future(context, story, moments)
}

function hostPortrait(host: HostView): string {
  const { cores: line, memoryMiB } = host.ledger
  const sold = [
    ...(host.coreRatio === undefined ? [] : [`cores at ${figures(host.coreRatio)}`]),
    ...(host.memoryRatio === undefined ? [] : [`memory at ${figures(host.memoryRatio)}`]),
  ]
  const sells = sold.length === 0 ? 'No scheduler sells it.' : `Its scheduler sells ${sold.join(', ')}.`
  return `${host.name} of ${host.cloud}, ${host.state}: ${cores(host.cores)} cores and ${memory(host.memoryMiB)} with ${count(host.runningInstances, 'instance')} running. Promised: ${cores(line.booked)} cores, ${memory(memoryMiB.booked)}; expected at most: ${cores(line.firmPeak)} cores, ${memory(memoryMiB.firmPeak)}. ${sells}`
}

/** Who it is and how it is doing, in two sentences. */
function portrait(instance: InstanceView, moments: Moments): string {
  const where = instance.host === undefined ? 'is on no host' : `is on ${instance.host}`
  const since =
    instance.since === undefined ? '' : ` since ${moments.at(instance.since)} (${moments.relative(instance.since)})`
  const size = `${cores(instance.vcpus)} vCPU, ${memory(instance.memoryMiB)}`
  const kind = instance.firmness === 'preemptible' ? ', preemptible' : ''
  const guarded = instance.protectedBy === undefined ? '' : ` It is protected by ${instance.protectedBy}.`
  return `${instance.name} of project ${instance.project} (${instance.flavor === undefined ? size : `${instance.flavor}: ${size}`}${kind}) ${where}, ${instance.state}${since}. ${usage(instance, moments)}${guarded}`
}

function usage(instance: InstanceView, moments: Moments): string {
  if (instance.sampledAt === undefined) return 'Its usage has not been measured.'
  const parts = [
    ...(instance.cpuCores === undefined ? [] : [`${cores(instance.cpuCores)} of ${cores(instance.vcpus)} cores`]),
    ...(instance.usedMemoryMiB === undefined ? [] : [`${memory(instance.usedMemoryMiB)} of memory`]),
    ...(instance.users === undefined ? [] : [`${instance.users} users logged in`]),
  ]
  const idle =
    instance.state !== 'running' || (instance.idleForS ?? 0) < leastIdleS
      ? ''
      : ` and has been idle for ${span(instance.idleForS)}`
  const used =
    parts.length === 0
      ? 'Nothing of its usage is known'
      : `It ${instance.state === 'running' ? 'uses' : 'last used'} ${parts.join(', ')}${idle}`
  return `${used}; measured ${moments.relative(instance.sampledAt)}.`
}

function past(context: CommandContext, story: Pick<WhyView, 'timeline'>, moments: Moments): void {
  const happened = story.timeline.filter(({ kind }) => kind !== 'foreseen')
  if (happened.length === 0) return
  heading(context, 'What happened')
  timeline(context, happened, moments)
}

function rules(context: CommandContext, story: WhyView, moments: Moments): void {
  heading(context, 'What the rules say')
  if (story.rules.length === 0) context.say('There are no rules.', '  ')
  for (const { verdict } of story.rules) {
    const matched = verdict.code === 'rule-matched'
    const unknown = verdict.code === 'rule-unknown'
    const mark = context.style(matched ? '✓' : unknown ? '?' : '·', matched ? 'green' : unknown ? 'yellow' : 'dim')
    context.say(moments.within(verdict.sentence), `  ${mark} `)
  }
}

function obstacles(context: CommandContext, story: Pick<WhyView, 'gate'>, moments: Moments): void {
  const { gate } = story
  if (gate.length === 0) return
  const refused = gate.filter(({ passed }) => !passed)
  heading(context, 'What stands in the way')
  for (const { verdict } of refused) context.say(moments.within(verdict.sentence), `  ${context.style('✗', 'yellow')} `)
  const passed = gate.length - refused.length
  if (refused.length === 0) context.say(`Nothing: all ${passed} checks are passed.`, '  ')
  else if (passed > 0) context.say(context.style(`The other ${passed} checks are passed.`, 'dim'), '  ')
}

function future(context: CommandContext, story: Pick<WhyView, 'timeline'>, moments: Moments): void {
  const foreseen = story.timeline.filter(({ kind }) => kind === 'foreseen')
  if (foreseen.length === 0) return
  heading(context, 'What comes next')
  timeline(context, foreseen, moments)
}

function heading(context: CommandContext, text: string): void {
  context.line()
  context.line(context.style(text, 'bold'))
}

function timeline(context: CommandContext, points: WhyView['timeline'], moments: Moments): void {
  const width = Math.max(...points.map(({ at }) => moments.at(at).length))
  for (const { at, sentence } of points)
    context.say(moments.within(sentence), `  ${context.style(moments.at(at).padStart(width), 'dim')}  `)
}
