// The secret of an API token: "gln_" and 256 random bits. Only its SHA-256 is kept anywhere; it is found again by that
// hash, so that comparing takes the same time whatever was sent. A secret this long needs no salt and no slow hash.
import { createHash, randomBytes } from 'node:crypto'

const prefix = 'gln_'
const shape = /^gln_[A-Za-z0-9_-]{43}$/

export function newSecret(): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** False for what cannot be a token, so that nobody looks it up. */
export function looksLikeSecret(text: string): boolean {
  return shape.test(text)
}

export function hashSecret(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest()
}
