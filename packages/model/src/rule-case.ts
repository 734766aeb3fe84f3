// The file of `gleaner rules test`: rules, and cases that say what a rule must answer about a described instance. It is stable:
// keys are added, never changed. The JSON Schema in docs/schemas/ follows from this file.
import { type Static, Type } from 'typebox'
import { actionKinds } from './action.ts'
import { hostStates, instanceStates } from './inventory.ts'
import { RuleDefinition } from './rule.ts'
import { metrics } from './telemetry.ts'

const closed = { additionalProperties: false }
const oneOf = <const T extends readonly string[]>(values: T, description: string) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], description })
const amount = (description: string) => Type.Number({ minimum: 0, maximum: 1e15, description })
const name = (description: string) => Type.String({ minLength: 1, maxLength: 300, description })
const duration = (description: string) =>
  Type.String({
    pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$',
    maxLength: 40,
    description: `${description}, as 90s, 2h, 14d`,
  })

/** What a case can expect; the same words as in `gleaner why --json` and the API. */
export const expectableOutcomes = [
  'matched',
  'not-matched',
  'unknown',
  'not-covered',
  'outside-schedule',
  'disabled',
] as const
export type ExpectableOutcome = (typeof expectableOutcomes)[number]

export const CaseInstance = Type.Object(
  {
    name: Type.Optional(name('instance if absent')),
    cloud: Type.Optional(name('Id of its cloud; lab if absent')),
    flavor: Type.Optional(name('Name of its flavor; none if absent')),
    state: Type.Optional(oneOf(instanceStates, 'running if absent')),
    stateFor: Type.Optional(duration('How long it has been in that state; its age if absent')),
    age: Type.Optional(duration('Time since it was created; 30d if absent')),
    vcpus: Type.Optional(amount('2 if absent')),
    memoryMiB: Type.Optional(amount('4096 if absent')),
    diskGiB: Type.Optional(amount('20 if absent')),
    tags: Type.Optional(Type.Array(name('A tag, as the cloud has it'), { maxItems: 1000 })),
    protected: Type.Optional(Type.Boolean({ description: 'false if absent' })),
    preemptible: Type.Optional(Type.Boolean({ description: 'false if absent' })),
  },
  { ...closed, description: 'The instance the rule looks at' },
)

export const CaseHost = Type.Object(
  {
    name: Type.Optional(name('host if absent')),
    kind: Type.Optional(oneOf(['hypervisor', 'desktop'], 'hypervisor if absent')),
    state: Type.Optional(oneOf(hostStates, 'up if absent')),
    cores: Type.Optional(amount('16 if absent')),
    memoryMiB: Type.Optional(amount('65536 if absent')),
    diskGiB: Type.Optional(amount('1000 if absent')),
    instances: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'How many are on it, this one included; 1 if absent' }),
    ),
  },
  { ...closed, description: 'The host it is on' },
)

export const CasePast = Type.Object(
  {
    actions: Type.Optional(
      Type.Array(
        Type.Object({ action: oneOf(actionKinds, 'What Gleaner did'), ago: duration('How long ago') }, closed),
        { maxItems: 1000, description: 'What Gleaner did to it' },
      ),
    ),
    resumedAgo: Type.Optional(duration('Since it was last resumed or started, by anybody; never if absent')),
    reclaimed: Type.Optional(
      Type.Boolean({ description: 'Whether its present state is Gleaner’s doing; false if absent' }),
    ),
  },
  { ...closed, description: 'What happened to it before' },
)

/** One metric over time: a steady value, or stretches from the oldest to the newest, the last of which ends now. */
export const CaseCourse = Type.Union([
  Type.Number({ minimum: 0, maximum: 1e15 }),
  Type.String({ minLength: 1, maxLength: 2000 }),
])

export const RuleCase = Type.Object(
  {
    name: name('What it shows, in words; unique in the file'),
    rule: name('Name of a rule of this file, of the file given beside it, or ready-made'),
    at: Type.Optional(
      Type.String({
        maxLength: 40,
        description:
          'The instant of the case, as 2026-12-24T18:00:00+01:00; Monday, 5 January 2026, 12:00 UTC if absent',
      }),
    ),
    instance: Type.Optional(CaseInstance),
    project: Type.Optional(name('Name of its project; project if absent')),
    host: Type.Optional(CaseHost),
    usage: Type.Optional(
      Type.Object(Object.fromEntries(metrics.map((metric) => [metric, Type.Optional(CaseCourse)])), {
        ...closed,
        description:
          'What was measured: a number for the past 14 days, or stretches such as "1.5 for 13d, nothing for 2h, 0.01 for 22h"; a metric that is absent was never measured',
      }),
    ),
    past: Type.Optional(CasePast),
    expect: oneOf(expectableOutcomes, 'What the rule must say'),
    because: Type.Optional(Type.Array(name('Words that its explanation must hold'), { minItems: 1, maxItems: 20 })),
  },
  closed,
)
export type RuleCase = Static<typeof RuleCase>

export const RuleCaseFile = Type.Object(
  {
    rules: Type.Optional(Type.Array(RuleDefinition, { maxItems: 1000, description: 'Rules, as in the configuration' })),
    cases: Type.Array(RuleCase, { minItems: 1, maxItems: 10_000, description: 'What they must say' }),
  },
  closed,
)
export type RuleCaseFile = Static<typeof RuleCaseFile>
