// What the OpenNebula driver must be told, and the defaults of what it need not be told.
import type { Clock } from '@gleaner/ports'

/** What a project is: most clouds give each tenant a group, some only a user. */
export type ProjectBy = 'group' | 'owner'

/** How a running guest is shelved: shut down (undeploy), or with its memory saved (stop). */
export type ShelveBy = 'undeploy' | 'stop'

/** How a guest is ended: asked to shut down first (terminate), or at once (terminate-hard). */
export type DeleteBy = 'terminate' | 'terminate-hard'

/** How a host that Gleaner closes is set: disabled is still monitored, offline is not (for hosts that are switched off). */
export type CloseBy = 'disable' | 'offline'

export interface OpenNebulaCloudOptions {
  readonly id: string
  readonly clock: Clock
  /** http(s)://…/RPC2; the further ones are asked when the first does not answer or does not lead. */
  readonly endpoints: readonly string[]
  /** "user:password" or "user:token", as in one_auth. Never shown. */
  readonly session: string
  /** PEM of the authorities whose certificates are accepted instead of the system's. */
  readonly ca?: string
  /** Where the hook manager publishes events, tcp://host:2101; without it changes are seen when all is read. */
  readonly events?: string
  readonly projectBy?: ProjectBy
  readonly shelveBy?: ShelveBy
  readonly deleteBy?: DeleteBy
  readonly closeBy?: CloseBy
  /** Longest wait for one answer. */
  readonly callTimeoutMs?: number
}

export const defaultEndpoint = 'http://localhost:2633/RPC2'
export const defaultCallTimeoutMs = 30_000
/** OpenNebula serves 15 connections in all and 500 instances take it about 0.15 s: more would only take them from people. */
export const connections = 2
export const pageSize = 500
