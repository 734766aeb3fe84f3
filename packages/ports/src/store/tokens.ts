// Tokens that let programs and people in. Part of the Store port; its contract holds.
import type { Role } from '@gleaner/model'

export interface StoredToken {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly projects: readonly string[]
  readonly createdAtMs: number
  readonly createdBy: string
  readonly expiresAtMs: number | undefined
  readonly lastUsedAtMs: number | undefined
}

export interface TokenStore {
  list(): Promise<readonly StoredToken[]>
  /** `sha256` is the hash of the secret; the secret itself is never stored. `conflict` when the name is taken. */
  create(token: Omit<StoredToken, 'id' | 'lastUsedAtMs'>, sha256: Uint8Array): Promise<StoredToken>
  findByHash(sha256: Uint8Array): Promise<StoredToken | undefined>
  touch(id: string, nowMs: number): Promise<void>
  remove(id: string): Promise<void>
}
