// What a meter over SNMP is told.
import type { Clock } from '@gleaner/ports'
import type { SnmpDevice } from './devices.ts'

export const authProtocols = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const
/** Not DES: the OpenSSL of Node.js has it no more. */
export const privacyProtocols = ['aes', 'aes256b', 'aes256r'] as const

export interface SnmpUser {
  readonly name: string
  readonly auth: { readonly protocol: (typeof authProtocols)[number]; readonly password: string } | undefined
  readonly privacy: { readonly protocol: (typeof privacyProtocols)[number]; readonly password: string } | undefined
}

export type SnmpAccess =
  | { readonly version: '1' | '2c'; readonly community: string }
  | { readonly version: '3'; readonly user: SnmpUser; readonly context?: string | undefined }

export interface SnmpMeterOptions {
  readonly id: string
  readonly clock: Clock
  readonly host: string
  readonly port: number
  readonly access: SnmpAccess
  readonly device: SnmpDevice
  /** Which of several strips that are chained; the first one if absent. */
  readonly unit?: number | undefined
  /** Real time one question waits for its answer (2 s), and how often it is asked again (1). */
  readonly timeoutMs?: number
  readonly retries?: number
}
