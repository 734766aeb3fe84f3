// Schemas that several resources share.
import { type Static, type TSchema, Type } from 'typebox'
import { actionKinds } from '../action.ts'
import { capabilities, modes } from '../capability.ts'
import { hostStepKinds } from '../host-step.ts'
import { reasonCodes } from '../verdict.ts'

/** A union of string literals, as an `enum` that OpenAPI readers and completion understand. */
export function OneOf<const T extends readonly string[]>(
  values: T,
  options: { description?: string; default?: T[number] } = {},
) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options })
}

export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' })
/** What parseDurationMs() reads. */
export const durationPattern = '^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d|w))+$'

export const DurationText = Type.String({
  pattern: durationPattern,
  description: 'A duration such as 30m, 2h, 1d12h',
})
export const IdParam = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 300, description: 'Id, or a name that is unique' }),
})

export const CapabilityName = OneOf(capabilities)
export const ModeName = OneOf(modes)
export const ActionName = OneOf(actionKinds)
/** Actions on instances and steps on hosts as a whole. */
/** Memory that running guests of a host were asked to leave; each gets it back the moment it needs it. */
export const GuestsLentView = Type.Object({ guests: Type.Integer(), memoryMiB: Type.Number() })

export const StepName = OneOf([...actionKinds, ...hostStepKinds])

export const TargetView = Type.Object(
  { kind: OneOf(['instance', 'host']), id: Type.String(), name: Type.String() },
  { description: 'What it is about: an instance, or a host as a whole' },
)

export const StepSettingView = Type.Object(
  {
    memoryMiB: Type.Optional(Type.Number()),
    toHostId: Type.Optional(Type.String()),
    coreRatio: Type.Optional(Type.Number()),
    memoryRatio: Type.Optional(Type.Number()),
  },
  { description: 'The figures the step sets' },
)

export const VerdictView = Type.Object({
  code: OneOf(Object.keys(reasonCodes) as (keyof typeof reasonCodes)[]),
  sentence: Type.String(),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
})
export type VerdictView = Static<typeof VerdictView>

export const YieldView = Type.Object(
  {
    physicalCores: Type.Number(),
    physicalMemoryMiB: Type.Number(),
    sellableCores: Type.Number(),
    sellableMemoryMiB: Type.Number(),
  },
  { description: 'What an action gives back: on the machine itself, and to the scheduler of the cloud' },
)
export type YieldView = Static<typeof YieldView>

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
}

export function PageOf<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    total: Type.Integer({ description: 'All that match, not only this page' }),
  })
}

/** RFC 9457. `code` is one of the error registry, `remedy` says what to do. */
export const ProblemDetails = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  remedy: Type.String(),
  faults: Type.Optional(Type.Array(Type.Unknown())),
})
export type ProblemDetails = Static<typeof ProblemDetails>

export const SeriesView = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  /** Start of each bucket. */
  at: Type.Array(Time),
  average: Type.Array(Type.Union([Type.Number(), Type.Null()])),
  minimum: Type.Array(Type.Union([Type.Number(), Type.Null()])),
  maximum: Type.Array(Type.Union([Type.Number(), Type.Null()])),
})
export type SeriesView = Static<typeof SeriesView>
