// What is asked for with a lease.
import { type Static, Type } from 'typebox'
import { leaseEndActions } from '../reservation/lease.ts'
import { DurationText, OneOf, Time } from './parts.ts'

export const RoomSizes = {
  vcpus: Type.Number({ minimum: 0, maximum: 1e6 }),
  memoryMiB: Type.Number({ minimum: 0, maximum: 1e12 }),
  diskGiB: Type.Number({ minimum: 0, maximum: 1e12 }),
}

export const Count = (description: string) => Type.Integer({ minimum: 1, maximum: 10_000, description })

export const LeaseWishBody = {
  cloud: Type.Optional(Type.String({ maxLength: 300, description: 'May be left out where there is one only' })),
  project: Type.Optional(
    Type.String({ maxLength: 300, description: 'Name or id; may be left out by a member of one project' }),
  ),
  start: Type.Optional(
    Type.Union([Time, Type.Literal('now')], {
      description: 'now if absent; with end and duration both given, the start of the window',
    }),
  ),
  end: Type.Optional(Type.Union([Time], { description: 'With duration: the end of the window' })),
  duration: Type.Optional(DurationText),
  openEnded: Type.Optional(
    Type.Boolean({
      description:
        'In place of end and duration: it has no end, runs in terms, and is renewed by itself as long as its project says that it is needed and nobody else was promised its hosts',
    }),
  ),
  bestEffort: Type.Optional(
    Type.Boolean({
      description:
        'Begins now with what is there: up to so many hosts, at least one where min equals max; as many instances as there is room for',
    }),
  ),
  reservations: Type.Array(
    Type.Object(
      {
        min: Type.Optional(Count('At least so many hosts; give this, or instances')),
        max: Type.Optional(Count('As many as are free, up to this; min if absent')),
        filter: Type.Optional(
          Type.Union([Type.String({ maxLength: 10_000 }), Type.Array(Type.Unknown())], {
            description:
              'What a host must be: CEL (vcpus >= 16 && rack == "r2"), or the JSON form of Climate and Blazar (["and", [">=", "$vcpus", 16], …])',
          }),
        ),
        instances: Type.Optional(
          Type.Object(
            {
              amount: Count('Room for so many equal instances'),
              vcpus: Type.Optional(RoomSizes.vcpus),
              memoryMiB: Type.Optional(RoomSizes.memoryMiB),
              diskGiB: Type.Optional(RoomSizes.diskGiB),
              affinity: Type.Optional(
                OneOf(['together', 'apart'], {
                  description: 'All on one host, or each on a host of its own; as it comes if absent',
                }),
              ),
            },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: 10 },
  ),
}

/** What is taken where there is a place, and what comes where there is none. */
const LeaseTakingBody = {
  holdFor: Type.Optional(
    Type.Union([DurationText], {
      description: 'Makes a proposal: its place is held for so long, and given up unless it is confirmed before',
    }),
  ),
  waitFor: Type.Optional(
    Type.Union([DurationText], {
      description:
        'Where there is no place now the lease joins the waitlist, for so long at most; with a duration and no end it may begin at any moment until then',
    }),
  ),
}

export const LeasePlanBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Looks as well whether the project has such a lease' }),
    ),
    ...LeaseWishBody,
    ...LeaseTakingBody,
  },
  { additionalProperties: false },
)

export const LeaseBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    ...LeaseWishBody,
    endAction: Type.Optional(
      OneOf(leaseEndActions, {
        description: 'What happens at the end to instances that are still there; nothing if absent',
      }),
    ),
    notice: Type.Optional(DurationText),
    ...LeaseTakingBody,
  },
  { additionalProperties: false },
)
export type LeaseBody = Static<typeof LeaseBody>
