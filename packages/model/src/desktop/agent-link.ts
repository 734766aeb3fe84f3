// What agent and control plane say to each other, as JSON. Times are spans: neither has to believe the other's clock.
import { type Static, Type } from 'typebox'
import { OneOf, VerdictView } from '../api/parts.ts'
import { mostReports } from './agent-request.ts'
import { lendingPhases } from './desktop.ts'

const strict = { additionalProperties: false } as const
const Span = Type.Number({ minimum: 0, maximum: 1e12 })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000 })
/** A public key on P-256: SubjectPublicKeyInfo, DER, base64. */
const PublicKey = Type.String({ pattern: '^[A-Za-z0-9+/]{100,200}=*$' })
const ShortVerdict = Type.Object(
  { ...VerdictView.properties, sentence: Type.String({ maxLength: 1000 }) },
  { additionalProperties: false },
)

/** Changes of the phase that one beat carries at most; more wait for the next. */
export const mostChanges = 200

export const JoinRequest = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }), key: PublicKey, version: Type.String({ maxLength: 60 }) },
  strict,
)
export type JoinRequest = Static<typeof JoinRequest>

export const JoinAnswer = Type.Object({
  desktop: Type.String(),
  host: Type.String(),
  pool: Type.String(),
  /** From now; the key has to be renewed before. */
  keyForMs: Span,
  /** The first beat has to carry a larger one, and so has each new change. */
  sequence: Type.Number(),
})
export type JoinAnswer = Static<typeof JoinAnswer>

const Change = Type.Object(
  {
    /** Larger than that of the change before. An agent from before there were numbers sends none. */
    number: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
    agoMs: Span,
    phase: OneOf(lendingPhases),
    verdict: ShortVerdict,
  },
  strict,
)

/** What a guest on this host says of itself, heard by the agent on a line that leads to this guest alone. */
const ToldReport = Type.Object(
  {
    /** Name or id of the instance in its cloud, as the path of the line names it. */
    instance: Type.String({ minLength: 1, maxLength: 200 }),
    agoMs: Span,
    /** The guest says it again after so long. */
    everyMs: Span,
    users: Count,
    idleMs: Span,
  },
  strict,
)
export type ToldReport = Static<typeof ToldReport>

/** What the processors and memory of this machine have counted: all of them, or none and why. */
const ToldPower = Type.Object(
  {
    zones: Type.Array(
      Type.Object(
        {
          /** package-0, package-0/dram. */
          name: Type.String({ minLength: 1, maxLength: 60 }),
          counterUj: Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
          /** Where the counter begins again. */
          rangeUj: Type.Optional(Type.Number({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
        },
        strict,
      ),
      { maxItems: 64 },
    ),
    fault: Type.Optional(Type.String({ maxLength: 200 })),
  },
  strict,
)
export type ToldPower = Static<typeof ToldPower>

export const BeatRequest = Type.Object(
  {
    sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    version: Type.String({ maxLength: 60 }),
    phase: OneOf(lendingPhases),
    phaseForMs: Span,
    verdict: ShortVerdict,
    guests: Type.Object({ running: Count, paused: Count }, strict),
    slowestPauseMs: Span,
    /**
     * What changed since the last beat whose answer arrived, oldest first. Told again after an answer that was lost, each under the
     * number that it has had from the start: what counts already does not count again. No number is larger than the sequence.
     */
    changes: Type.Array(Change, { maxItems: mostChanges }),
    lostChanges: Count,
    /** Newest report of each guest that was heard lately; those of instances that are not on this host count for nothing. */
    reports: Type.Optional(Type.Array(ToldReport, { maxItems: mostReports })),
    /** Counted when the beat was made; absent where the agent is not to tell it. */
    power: Type.Optional(ToldPower),
    /** A new key in place of the one that signs; it counts from the first beat that it signs. */
    nextKey: Type.Optional(PublicKey),
  },
  strict,
)
export type BeatRequest = Static<typeof BeatRequest>

export const BeatAnswer = Type.Object({
  /** Guests may be here for so long from the moment the beat was sent, as far as the control plane is concerned. */
  contractForMs: Span,
  nextBeatMs: Span,
  /** How long the key that signed counts from now. */
  keyForMs: Span,
  /** It is time for a new key. */
  renew: Type.Boolean(),
  /** The highest number of a change that counts: those up to it need not be told again. */
  changesTaken: Type.Number(),
})
export type BeatAnswer = Static<typeof BeatAnswer>
