// What the OpenStack driver must be told, and the defaults of what it need not be told.
import type { Clock } from '@gleaner/ports'
import type { CloudSettings, RetryPolicy } from '@gleaner/wire-openstack'

export interface OpenStackCloudOptions {
  readonly id: string
  readonly clock: Clock
  /** Asked for when the cloud is first called; read anew after it failed. */
  readonly settings: () => Promise<CloudSettings>
  /** For people: where the settings come from. Holds no secret. */
  readonly address: string
  /** Longest wait for one answer. */
  readonly callTimeoutMs?: number
  /** How often changes are asked for while somebody listens and no bus tells them. */
  readonly pollMs?: number
  /** Most instances whose diagnostics are read in one sampling; 0 reads none. */
  readonly diagnostics?: number
  readonly retry?: RetryPolicy
}

export const defaultCallTimeoutMs = 30_000
export const defaultPollMs = 10_000
