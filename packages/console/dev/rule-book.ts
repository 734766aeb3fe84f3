// Rules, the rule language and a rough preview for the fake server. Its check knows names only: enough to show where the
// page puts a fault; the real checker is the engine's.
import type {
  InstanceView,
  RuleDefinition,
  RuleFaultView,
  RuleLanguageView,
  RulePreviewView,
  RuleView,
} from '@gleaner/model'

export const language: RuleLanguageView = {
  fields: [
    { name: 'instance.name', type: 'string', meaning: 'Name of the instance' },
    { name: 'instance.project', type: 'string', meaning: 'Its project' },
    { name: 'instance.state', type: 'string', meaning: 'State: running, paused, suspended, stopped …' },
    { name: 'instance.vcpus', type: 'double', meaning: 'Nominal cores', unit: 'cores' },
    { name: 'instance.memoryMiB', type: 'double', meaning: 'Nominal memory', unit: 'MiB' },
    { name: 'instance.tags', type: 'list(string)', meaning: 'Tags of the instance' },
    { name: 'cpu.now', type: 'double', meaning: 'Cores used at the last sample', unit: 'cores' },
    { name: 'users.now', type: 'double', meaning: 'People logged in', unit: 'users' },
    {
      name: 'idleFor',
      type: 'duration',
      meaning: 'How long the cpu has been below the idle threshold without a break',
    },
    { name: 'local.hour', type: 'int', meaning: 'Hour of the day in the time zone of the rule' },
    { name: 'local.weekday', type: 'int', meaning: 'Day of the week, Monday is 1' },
    { name: 'host.cores', type: 'double', meaning: 'Cores of its host', unit: 'cores' },
  ],
  functions: [
    {
      name: 'average',
      signature: 'average(metric, duration) → double',
      meaning: 'Average of a metric over a time',
      example: 'average("cpu", duration("24h")) < 0.05',
    },
    {
      name: 'percentile',
      signature: 'percentile(metric, 0..1, duration) → double',
      meaning: 'Percentile of a metric over a time',
      example: 'percentile("cpu", 0.95, duration("7d")) < 0.1',
    },
    {
      name: 'shareBelow',
      signature: 'shareBelow(metric, threshold, duration) → double',
      meaning: 'Share of samples below a threshold',
      example: 'shareBelow("cpu", 0.03, duration("24h")) >= 0.97',
    },
    { name: 'duration', signature: 'duration(text) → duration', meaning: 'A duration', example: 'duration("2h")' },
  ],
}

export const readyMade: { source: string; definition: RuleDefinition }[] = [
  {
    source: 'Google Cloud: idle VM recommendations',
    definition: {
      name: 'idle-after-google',
      description: 'CPU below 0.03 cores for 97 % of the samples of a day and next to no network traffic.',
      expression:
        'shareBelow("cpu", 0.03, duration("24h")) >= 0.97 &&\n  average("networkRx", duration("24h")) < 2600.0',
      action: 'suspend',
      covers: {},
      grace: '30m',
      mode: 'observe',
      priority: 100,
      enabled: true,
    },
  },
  {
    source: 'AWS Compute Optimizer: idle instances',
    definition: {
      name: 'idle-after-aws',
      description: 'Peak CPU below 5 % over two weeks.',
      expression: 'percentile("cpu", 1.0, duration("14d")) < 0.05 * instance.vcpus',
      action: 'stop',
      covers: {},
      grace: '1h',
      mode: 'observe',
      priority: 90,
      enabled: true,
    },
  },
]

const known = new Set([
  ...language.fields.flatMap((field) => field.name.split('.')),
  ...language.functions.map((f) => f.name),
  'true',
  'false',
  'in',
  'has',
])

export function faultsOf(definition: RuleDefinition): RuleFaultView[] {
  const faults: RuleFaultView[] = []
  const bare = definition.expression.replace(/"[^"]*"/g, (text) => ' '.repeat(text.length))
  for (const match of bare.matchAll(/[A-Za-z_]\w*/g)) {
    if (known.has(match[0])) continue
    const near = [...known].find((word) => match[0].startsWith(word) || word.startsWith(match[0].slice(0, 3)))
    faults.push({
      code: 'unknown-field',
      message: `field "${match[0]}" does not exist`,
      field: 'expression',
      column: match.index + 1,
      length: match[0].length,
      ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
    })
  }
  return faults
}

export function previewOf(
  definition: RuleDefinition,
  instances: readonly InstanceView[],
  limit: number,
): RulePreviewView {
  const faults = faultsOf(definition)
  if (faults.length > 0) return { faults }
  const running = instances.filter((instance) => instance.state === 'running')
  const matched = running.filter((instance) => (instance.idleForS ?? 0) > 86_400)
  const nearly = running.filter((instance) => (instance.idleForS ?? 0) > 40_000 && (instance.idleForS ?? 0) <= 86_400)
  const unknown = running.filter((instance) => instance.cpuCores === undefined)
  const row = (sentence: (instance: InstanceView) => string) => (instance: InstanceView) => ({
    id: instance.id,
    name: instance.name,
    project: instance.project,
    sentence: sentence(instance),
  })
  return {
    faults: [],
    result: {
      covered: running.length,
      mode: definition.mode,
      held: [],
      matched: matched
        .slice(0, limit)
        .map(row((i) => `cpu below 0.03 cores in 99 % of the samples of 24 h (${i.name})`)),
      matchedTotal: matched.length,
      nearly: nearly
        .slice(0, limit)
        .map(
          row(
            (i) =>
              `cpu below 0.03 cores in ${(90 + ((i.idleForS ?? 0) % 70) / 10).toFixed(1)} % of the samples, 97 % needed`,
          ),
        ),
      unknown: unknown.slice(0, limit).map(row(() => 'no cpu sample in the past 24 h')),
      unknownTotal: unknown.length,
      failing: [
        { clause: 'shareBelow("cpu", 0.03, duration("24h")) >= 0.97', instances: running.length - matched.length },
        { clause: 'average("networkRx", duration("24h")) < 2600.0', instances: Math.floor(running.length / 3) },
      ],
      pastDay: Array.from({ length: 24 }, (_, i) => ({
        at: new Date(Date.now() - (24 - i) * 3_600_000).toISOString(),
        matched: Math.round(matched.length * (0.6 + 0.4 * Math.abs(Math.sin(i / 5)))),
        unknown: unknown.length,
      })),
      matchedOverPastDay: Math.round(matched.length * 1.3),
    },
  }
}

export function ruleView(
  id: string,
  definition: RuleDefinition,
  extra: Partial<RuleView> & { nowMs: number },
): RuleView {
  const { nowMs, ...rest } = extra
  const at = new Date(nowMs).toISOString()
  return {
    id,
    revision: 1,
    source: 'api',
    createdAt: at,
    updatedAt: at,
    updatedBy: 'ada',
    definition,
    now: { covered: 0, matched: 0, unknown: 0, active: definition.enabled },
    actions: { done: 0, failed: 0 },
    ...rest,
  }
}
