// A small simulator driven by text, so that whole stories can be written down, read and compared: each line of a script is
// a command, each `cycle` prints what the engine made of it. Commands:
//   host NAME [cores= memoryMiB= state=]        instance NAME [host= project= vcpus= memoryMiB= state= tags= protectedBy=]
//   rule NAME [action= grace= mode= priority= enabled=]   again: the next revision          remove RULE
//   match RULE INSTANCE…    unmatch RULE INSTANCE…    measured|unmeasured INSTANCE…    gone INSTANCE…
//   policy NAME=VALUE…      mode MODE      kill BY      unkill      gap SCOPE REASON      whole
//   keep|veto INSTANCE BY DURATION      approve INSTANCE BY      command INSTANCE ACTION BY      person INSTANCE STATE
//   cycle [DURATION] [times=] [reads=no]   time passes (60s), the cloud is read, the engine decides; -DURATION: backwards
//   act     everything due is done         plan      ledger      why INSTANCE      diff      # comment, printed as it is
import {
  type ActionKind,
  formatDurationMs,
  type InstanceState,
  type Mode,
  parseDurationMs,
  targetId,
} from '@gleaner/model'
import { totalLedger } from '../../ledger/ledger-line.ts'
import { keepHold, vetoHold } from '../../people/make-hold.ts'
import { isoTime } from '../../text/iso-time.ts'
import type { RuleStory } from '../../why/rule-stories.ts'
import { whyInstance } from '../../why/why-instance.ts'
import type { Refused } from '../capability-answer.ts'
import type { Decision } from '../decide.ts'
import { diffPlans } from '../diff-plans.ts'
import { actOn, evidence, factsOf, isMatched, runCycle } from './run-cycle.ts'
import { addHost, addInstance, emptyWorld, instanceIdOf, type ScriptWorld, setRule, setState } from './script-world.ts'

type Command = (world: ScriptWorld, words: readonly string[], options: ReadonlyMap<string, string>) => readonly string[]

const nothing: readonly string[] = []

function quietly(does: (...args: Parameters<Command>) => void): Command {
  return (world, words, options) => {
    does(world, words, options)
    return nothing
  }
}

const commands: Readonly<Record<string, Command>> = {
  host: quietly((world, [name = ''], options) => addHost(world, name, options)),
  instance: quietly((world, [name = ''], options) => addInstance(world, name, options)),
  rule: quietly((world, [name = ''], options) => setRule(world, name, options)),
  remove: quietly((world, [name = '']) => world.rules.delete(name)),
  match: quietly((world, [rule = '', ...names]) => {
    const matched = world.matches.get(rule) ?? new Set()
    for (const name of names) matched.add(name)
    world.matches.set(rule, matched)
  }),
  unmatch: quietly((world, [rule = '', ...names]) => {
    for (const name of names) world.matches.get(rule)?.delete(name)
  }),
  measured: quietly((world, names) => {
    for (const name of names) world.unmeasured.delete(name)
  }),
  unmeasured: quietly((world, names) => {
    for (const name of names) world.unmeasured.add(name)
  }),
  gone: quietly((world, names) => {
    for (const name of names) world.instances.delete(name)
  }),
  policy: quietly((world, _, options) => {
    const { actionsPerMinute, hostShare, projectShare } = world.policy.budgets
    const number = (name: string, usual: number) => Number(options.get(name) ?? usual)
    world.policy = {
      ...world.policy,
      confirmations: number('confirmations', world.policy.confirmations),
      budgets: {
        ...world.policy.budgets,
        actionsPerMinute: number('actionsPerMinute', actionsPerMinute),
        hostShare: number('hostShare', hostShare),
        projectShare: number('projectShare', projectShare),
      },
    }
  }),
  mode: quietly((world, [mode]) => {
    world.policy = { ...world.policy, modes: { ...world.policy.modes, idleness: mode as Mode } }
  }),
  kill: quietly((world, [by = '']) => {
    world.policy = { ...world.policy, killSwitch: { by, sinceMs: world.nowMs, reason: '' } }
  }),
  unkill: quietly((world) => {
    world.policy = { ...world.policy, killSwitch: undefined }
  }),
  gap: quietly((world, [scope = '', ...reason]) => {
    world.gaps = [...world.gaps, { scope, reason: reason.join(' ') }]
  }),
  whole: quietly((world) => {
    world.gaps = []
  }),
  keep: quietly((world, [name = '', by = '', length = '1h']) => {
    const about = { instanceId: instanceIdOf(name), hostId: undefined }
    const hold = keepHold({ ...about, by, nowMs: world.nowMs, forMs: durationMs(length) })
    world.holds = [...world.holds, { ...hold, id: `hold_${++world.ids}` }]
  }),
  veto: quietly((world, [name = '', by = '', length = '4h']) => {
    const about = { instanceId: instanceIdOf(name), hostId: undefined }
    const wish = { ...about, by, nowMs: world.nowMs, forMs: durationMs(length) }
    world.holds = [...world.holds, { ...vetoHold(wish, world.policy), id: `hold_${++world.ids}` }]
  }),
  approve: quietly((world, [name = '', by = '']) => {
    world.open = world.open.map((each) =>
      each.instanceId === instanceIdOf(name) && each.state === 'awaiting-approval' ? { ...each, approvedBy: by } : each,
    )
  }),
  command: quietly((world, [name = '', action, by = '']) => {
    world.commands = [...world.commands, { name, action: action as ActionKind, by }]
  }),
  person: quietly((world, [name = '', state]) => setState(world, name, state as InstanceState)),
  cycle: (world, [passed = '60s'], options) => {
    const lines: string[] = []
    const times = Number(options.get('times') ?? 1)
    for (let nth = 0; nth < times; nth++) {
      world.nowMs += durationMs(passed)
      const told = tellCycle(world, runCycle(world, options.get('reads') !== 'no'))
      // Of many quiet cycles only the eventful ones are worth a line.
      if (times === 1 || told.length > 0) lines.push(`${clock(world)} cycle`, ...told)
    }
    return lines
  },
  act: (world) => actOn(world).map((line) => `  ${line}`),
  plan: (world) =>
    world.open.map(({ instanceId, hostId, action, cause, state, verdict }) =>
      [
        '  ',
        targetId({ instanceId, hostId }).slice(4).padEnd(8),
        action.padEnd(8),
        cause.padEnd(10),
        state.padEnd(18),
        verdict.code,
      ].join(''),
    ),
  ledger: (world) => {
    const { cores, memoryMiB } = totalLedger(world.plan?.ledger ?? [])
    return [cores, memoryMiB].map((line, nth) => {
      const { usable, booked, firmPeak, headroom, idle, physicallyFree } = line
      const unit = nth === 0 ? 'cores' : 'memoryMiB'
      const figures = { usable, booked, firmPeak, headroom, idle, physicallyFree }
      return `  ${unit}: ${Object.entries(figures)
        .map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`)
        .join(', ')}`
    })
  },
  why: (world, [name = '']) => tellWhy(world, name),
  diff: (world) => {
    if (world.plan === undefined || world.previousPlan === undefined) return nothing
    const { added, removed, changed } = diffPlans(world.previousPlan, world.plan)
    return [
      ...added.map((each) => `  + ${each.id} ${each.state}`),
      ...removed.map((each) => `  - ${each.id} ${each.state}`),
      ...changed.map(({ before, after }) => `  ~ ${after.id} ${before.state} -> ${after.state}`),
    ]
  },
}

export function runScript(text: string): string {
  const world = emptyWorld()
  const output: string[] = []
  for (const line of text.split('\n')) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) {
      output.push(trimmed)
      continue
    }
    const [name = '', ...rest] = trimmed.split(/\s+/)
    const command = commands[name]
    if (command === undefined) throw new Error(`no command "${name}"`)
    const words = rest.filter((word) => !word.includes('='))
    const options = new Map(
      rest.filter((word) => word.includes('=')).map((word) => word.split('=', 2) as [string, string]),
    )
    output.push(`> ${trimmed}`, ...command(world, words, options))
  }
  return `${output.join('\n').trim()}\n`
}

function tellCycle(world: ScriptWorld, decision: Decision): readonly string[] {
  const told = new Map(world.previousPlan?.proposals.map((each) => [each.id, each]))
  const lines: string[] = []
  for (const each of [...decision.plan.proposals, ...decision.plan.ended]) {
    const before = told.get(each.id)
    if (before?.state === each.state && before.verdict.code === each.verdict.code) continue
    lines.push(`  ${targetId(each).slice(4)} ${each.action} (${each.id}): ${each.state}. ${each.verdict.sentence}`)
  }
  const refusedBefore = new Set(world.previouslyRefused.map(refusalKey))
  for (const refused of world.refused) {
    if (refusedBefore.has(refusalKey(refused))) continue
    const { cause, verdict } = refused
    lines.push(`  ${targetId(refused).slice(4)} not for "${cause}": ${verdict.sentence}`)
  }
  for (const { kind, sentence } of decision.notices) lines.push(`  notice (${kind}): ${sentence}`)
  return lines
}

function refusalKey({ instanceId, cause, verdict }: Refused): string {
  return `${instanceId} ${cause} ${verdict.code}`
}

function tellWhy(world: ScriptWorld, name: string): readonly string[] {
  const instance = world.instances.get(name)
  const stories: RuleStory[] = [...world.rules.values()].map((rule) => {
    const matched = instance !== undefined && isMatched(world, rule, instance)
    const sentence = `Rule "${rule.name}" does not match ${name}.`
    const verdict = matched
      ? evidence(rule.name, instance)
      : ({ code: 'rule-not-matched', sentence, facts: {} } as const)
    return { ruleId: rule.id, rule: rule.name, action: rule.action, verdict, clauses: [] }
  })
  const story = whyInstance(
    { ...factsOf(world), proposals: world.open, ledger: world.plan?.ledger ?? [], refused: world.refused },
    instanceIdOf(name),
    stories,
  )
  return [
    `  ${story.summary}`,
    ...story.gate.filter(({ passed }) => !passed).map(({ check, verdict }) => `  ${check}: ${verdict.sentence}`),
    ...story.timeline.map(({ atMs, sentence }) => `  ${isoTime(atMs)} ${sentence}`),
  ]
}

function clock(world: ScriptWorld): string {
  return isoTime(world.nowMs)
}

function durationMs(text: string): number {
  const back = text.startsWith('-')
  const parsed = parseDurationMs(back ? text.slice(1) : text)
  if (parsed === undefined) throw new Error(`"${text}" is no duration such as ${formatDurationMs(90_000)}`)
  return back ? -parsed : parsed
}
