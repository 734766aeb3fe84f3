// What every connection of Gleaner has in common: the schema it works in, how long a statement may take, how values are
// read, and that text with NUL characters (which PostgreSQL has no place for, and a hostile cloud may send in a name) is
// written with the replacement character instead.
import { type ClientConfig, type CustomTypesConfig, types as pgTypes } from 'pg'
import type { DatabaseAddress } from './database-address.ts'

export const schemaName = 'gleaner'

/** Longer than any statement takes on a slow disk; short enough that a server that hangs is noticed. */
const statementTimeoutMs = 15_000
const connectTimeoutMs = 5000
/** The driver's own limit, for a server that does not even send the timeout's error. */
const answerTimeoutMs = statementTimeoutMs + 3000

/** bigint holds only terms and counts here: far below 2^53. */
const types: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pgTypes.builtins.INT8
      ? (text: string) => Number(text)
      : (pgTypes.getTypeParser(oid, format) as (text: string) => unknown),
}

export function sessionConfig(address: DatabaseAddress, name: string): ClientConfig {
  return {
    ...address.config,
    types,
    application_name: `gleaner ${name}`,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
  }
}

/** Sent first on every connection. */
export const sessionSetup = [
  `set search_path to ${schemaName}, pg_temp`,
  `set statement_timeout to ${statementTimeoutMs}`,
  `set lock_timeout to ${statementTimeoutMs}`,
  'set idle_in_transaction_session_timeout to 60000',
  "set timezone to 'UTC'",
].join('; ')

/** Parameters as PostgreSQL can store them. */
export function storable(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) =>
    typeof value === 'string' ? withoutNul(value) : Array.isArray(value) ? storable(value) : value,
  )
}

function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}
