// The ledger: who holds what there is, now and in the past.
import { type Static, Type } from 'typebox'
import { Time } from './parts.ts'

export const LedgerLineView = Type.Object({
  physical: Type.Number(),
  reserved: Type.Number(),
  usable: Type.Number(),
  booked: Type.Number(),
  used: Type.Optional(Type.Number()),
  firmPeak: Type.Number(),
  measuredPeak: Type.Number(),
  estimatedPeak: Type.Optional(Type.Number()),
  leased: Type.Number(),
  lent: Type.Number(),
  headroom: Type.Number(),
  idle: Type.Number(),
  overdrawn: Type.Number(),
  physicallyFree: Type.Number(),
  sellable: Type.Number(),
})
export type LedgerLineView = Static<typeof LedgerLineView>

export const LedgerView = Type.Object({
  at: Type.Optional(Time),
  hosts: Type.Integer(),
  /** Hosts whose firm peak rests on measurements of every running instance. */
  measuredHosts: Type.Integer(),
  cores: LedgerLineView,
  memoryMiB: LedgerLineView,
})
export type LedgerView = Static<typeof LedgerView>

/** The totals at one moment of the past. */
export const LedgerPointView = Type.Object({ at: Time, cores: LedgerLineView, memoryMiB: LedgerLineView })
export type LedgerPointView = Static<typeof LedgerPointView>
