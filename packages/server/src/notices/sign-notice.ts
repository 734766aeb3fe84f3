// The signature of a posted notice, as the Standard Webhooks have it (www.standardwebhooks.com, version 1.0.0): HMAC-SHA256
// over id, time and body, so that none of the three can be changed and an old request cannot be played back later.
import { createHmac } from 'node:crypto'

export interface Signed {
  readonly id: string
  readonly timestampS: number
  readonly body: string
}

export function signNotice(key: Uint8Array, { id, timestampS, body }: Signed): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`
}
