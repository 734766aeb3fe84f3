// A rule: what it looks for (a CEL expression), on which instances, what it does, when, and how carefully.
import { type Static, Type } from 'typebox'

export const RuleActionKind = Type.Union(
  ['notify', 'pause', 'suspend', 'stop', 'shelve', 'resume', 'start'].map((kind) => Type.Literal(kind)) as [
    Type.TLiteral<'notify'>,
    Type.TLiteral<'pause'>,
    Type.TLiteral<'suspend'>,
    Type.TLiteral<'stop'>,
    Type.TLiteral<'shelve'>,
    Type.TLiteral<'resume'>,
    Type.TLiteral<'start'>,
  ],
)

/** Which instances a rule looks at. Several fields narrow each other; within a field one hit is enough. */
export const RuleCoverage = Type.Object(
  {
    clouds: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Cloud ids' })),
    projects: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Project names or ids' })),
    tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Tags, one of which is present' })),
    instances: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Instance names or ids' })),
    expression: Type.Optional(Type.String({ minLength: 1, maxLength: 4000, description: 'A CEL expression' })),
  },
  { additionalProperties: false, description: 'Which instances; an empty object means all' },
)
export type RuleCoverage = Static<typeof RuleCoverage>

/**
 * A rule with a schedule is active for `duration` from each instant of `cron` on, in `timeZone`. It is level-triggered:
 * whenever Gleaner looks within that time the rule counts, so a missed minute loses nothing.
 */
export const RuleSchedule = Type.Object(
  {
    cron: Type.String({ minLength: 9, maxLength: 100, description: 'Five-field cron expression of the starts' }),
    duration: Type.String({
      pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$',
      description: 'How long it stays active',
    }),
    timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA time zone', default: 'UTC' }),
  },
  { additionalProperties: false },
)
export type RuleSchedule = Static<typeof RuleSchedule>

const durationPattern = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$'

/** What a later step of a rule can do. Only there can a rule delete: after a step that had a notice and a grace of its own. */
export const laterActions = ['pause', 'suspend', 'stop', 'shelve', 'delete'] as const

/** A later step of a rule: what is done when the step before was done so long ago, and nobody has touched the instance since. */
export const RuleStep = Type.Object(
  {
    after: Type.String({ pattern: durationPattern, description: 'Time since the step before was done' }),
    action: Type.Unsafe<(typeof laterActions)[number]>({
      type: 'string',
      enum: [...laterActions],
      description: 'pause, suspend, stop, shelve or delete; severer than the step before',
    }),
    grace: Type.String({
      pattern: durationPattern,
      default: '1d',
      description: 'Time between the notice of this step and its action',
    }),
  },
  { additionalProperties: false },
)
export type RuleStep = Static<typeof RuleStep>

export const RuleDefinition = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,62}$',
      description: 'Unique name: lower case, digits, . _ -',
    }),
    description: Type.Optional(Type.String({ maxLength: 2000 })),
    expression: Type.String({ minLength: 1, maxLength: 4000, description: 'A CEL expression that says when to act' }),
    action: RuleActionKind,
    covers: RuleCoverage,
    grace: Type.String({
      pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$',
      default: '10m',
      description: 'Time between the notice to the owner and the action',
    }),
    steps: Type.Optional(
      Type.Array(RuleStep, { minItems: 1, maxItems: 5, description: 'Later steps, each with its own notice' }),
    ),
    schedule: Type.Optional(RuleSchedule),
    mode: Type.Union([Type.Literal('off'), Type.Literal('observe'), Type.Literal('advise'), Type.Literal('enforce')], {
      default: 'observe',
    }),
    priority: Type.Integer({ minimum: 0, maximum: 1000, default: 100, description: 'The higher one wins' }),
    enabled: Type.Boolean({ default: true }),
    timeZone: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Zone of local.* in the expression; UTC if absent' }),
    ),
  },
  { additionalProperties: false },
)
export type RuleDefinition = Static<typeof RuleDefinition>

/** A stored rule: its definition with id, revision (grows with each change) and where it came from. */
export interface Rule extends RuleDefinition {
  readonly id: string
  readonly revision: number
  /** A rule of the configuration file cannot be changed through the API. */
  readonly source: 'file' | 'api'
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly updatedBy: string
}
