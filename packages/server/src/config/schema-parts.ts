// Parts that several sections of the configuration share.
import { type Static, Type } from 'typebox'

const strict = { additionalProperties: false } as const

/** A value in clear, or where to find it: a secret stands in the environment or in a file, never in the database. */
export const Secret = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object({ env: Type.String({ minLength: 1 }) }, strict),
  Type.Object({ file: Type.String({ minLength: 1 }) }, strict),
])
export type Secret = Static<typeof Secret>

/** Of clouds and sources. */
export const SectionName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,30}$',
  description: 'Short name: lower case, digits, dash. Part of every id, so do not change it later',
})
