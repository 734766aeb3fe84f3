// The secret of a join token: "glj_" and 256 random bits. Like an API token it is kept as a digest only.
import { randomBytes } from 'node:crypto'

export function newJoinSecret(): string {
  return `glj_${randomBytes(32).toString('base64url')}`
}

export function looksLikeJoinSecret(text: string): boolean {
  return /^glj_[A-Za-z0-9_-]{43}$/.test(text)
}
