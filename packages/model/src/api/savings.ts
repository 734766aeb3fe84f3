// What was saved, as a whole and by what it was saved by.
import { type Static, Type } from 'typebox'
import { OneOf, Time } from './parts.ts'

/** Capacity given back over a span, as hours: measured from the journal, never estimated from intentions. */
export const SavingsView = Type.Object({
  from: Time,
  to: Time,
  actionsDone: Type.Integer(),
  physicalCoreHours: Type.Number(),
  physicalMemoryGiBHours: Type.Number(),
  sellableCoreHours: Type.Number(),
  sellableMemoryGiBHours: Type.Number(),
  /** Reclaimed at this moment. */
  now: Type.Object({ instances: Type.Integer(), physicalCores: Type.Number(), physicalMemoryMiB: Type.Number() }),
  /** What open proposals would give back if all were carried out. */
  would: Type.Object({
    instances: Type.Integer(),
    physicalCores: Type.Number(),
    physicalMemoryMiB: Type.Number(),
    sellableCores: Type.Number(),
    sellableMemoryMiB: Type.Number(),
  }),
})
export type SavingsView = Static<typeof SavingsView>

export const savingsGroups = ['rule', 'project', 'action', 'capability'] as const
export type SavingsGroup = (typeof savingsGroups)[number]

const SavingsSum = {
  actionsDone: Type.Integer({ description: 'Actions that ended well in the span' }),
  undone: Type.Integer({ description: 'How many of those a person undid' }),
  physicalCoreHours: Type.Number(),
  physicalMemoryGiBHours: Type.Number(),
  sellableCoreHours: Type.Number(),
  sellableMemoryGiBHours: Type.Number(),
  now: Type.Object({ instances: Type.Integer(), physicalCores: Type.Number(), physicalMemoryMiB: Type.Number() }),
  energy: Type.Object(
    {
      kWh: Type.Optional(Type.Number({ description: 'Absent where it is not known of any action' })),
      knownOf: Type.Integer({ description: 'Of how many actions it is known' }),
      unknownOf: Type.Integer({
        description: 'Of how many it is not: their hosts were not metered in the hour before',
      }),
    },
    {
      description:
        'An estimate: the mean power that the work of each instance drew in the whole hour before it was paused, suspended, stopped or shelved, times how long it was away',
    },
  ),
}

/** Who gained what over a span: the figures of `SavingsView`, in groups. */
export const SavingsReport = Type.Object({
  from: Time,
  to: Time,
  by: OneOf(savingsGroups),
  items: Type.Array(
    Type.Object({
      key: Type.String({ description: 'Name of the rule, project, action or capability' }),
      ...SavingsSum,
    }),
    { description: 'The largest gain of memory first' },
  ),
  total: Type.Object(SavingsSum),
})
export type SavingsReport = Static<typeof SavingsReport>
