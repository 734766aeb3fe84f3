// What the OpenStack driver must be told, and the defaults of what it need not be told.
import type { Clock } from '@gleaner/ports'
import type { JsonObject, RetryPolicy } from '@gleaner/wire-openstack'

/** Where the cloud is and who Gleaner is there, as OpenStack's own tools have it. */
export type SettingsFrom =
  | {
      /** Entry of clouds.yaml; without it OS_CLOUD, else the OS_ variables. */
      readonly cloud?: string | undefined
      /** Path of clouds.yaml; without it where OpenStack's tools look. */
      readonly file?: string | undefined
      readonly environment: Readonly<Record<string, string | undefined>>
    }
  /** The same keys as an entry of clouds.yaml has. */
  | { readonly entry: JsonObject }

export interface OpenStackCloudOptions {
  readonly id: string
  readonly clock: Clock
  readonly settings: SettingsFrom
  /** Longest wait for one answer. */
  readonly callTimeoutMs?: number
  /** Address of the bus on which nova tells its changes: amqp://user:password@host:port/ */
  readonly notifications?: string
  /** How often changes are asked for while somebody listens and no bus tells them. */
  readonly pollMs?: number
  /** Most instances whose diagnostics are read in one sampling; 0 reads none. */
  readonly diagnostics?: number
  readonly retry?: RetryPolicy
}

export const defaultCallTimeoutMs = 30_000
export const defaultPollMs = 10_000
