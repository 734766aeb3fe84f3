// Links with which an owner keeps an instance, without logging in: who has the notice has the link. A link is about one instance, one
// notice and nothing but keeping; it ends, and is signed (HMAC-SHA256) over all of that, so that none of it can be changed.
// It is not secret from whoever carries the notice: a used link does nothing, and what it does an operator can take back.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isReclaiming, type InstanceId } from '@gleaner/model'
import type { StoredNotice } from '@gleaner/ports'

export interface KeepLink {
  /** Of the use: one notice, one use. */
  readonly id: string
  readonly noticeId: string
  readonly instanceId: InstanceId
  readonly endsAtMs: number
  /** From the moment in which it is used. */
  readonly keepForMs: number
}

export interface KeepLinkSettings {
  /** Without a slash at the end. */
  readonly publicUrl: string
  readonly validForMs: number
  readonly keepForMs: number
}

/** Also what the signature is over: a signature for something else never is one for this. */
const purpose = 'gleaner keep v1'
const longestToken = 900

export class KeepLinks {
  readonly settings: KeepLinkSettings
  readonly #key: Uint8Array

  constructor(key: Uint8Array, settings: KeepLinkSettings) {
    this.#key = key
    this.settings = settings
  }

  /** The same for the same notice; undefined where keeping would make no difference. */
  linkOf({ id, instanceId, createdAtMs, about }: StoredNotice): string | undefined {
    if (about === undefined || about.capability !== 'idleness') return undefined
    const asks = (about.kind === 'announced' && isReclaiming(about.action)) || about.kind === 'told'
    if (!asks) return undefined
    const { publicUrl, validForMs, keepForMs } = this.settings
    const payload = Buffer.from(JSON.stringify([id, instanceId, createdAtMs + validForMs, keepForMs])).toString(
      'base64url',
    )
    return `${publicUrl}/keep/${payload}.${this.#sign(payload)}`
  }

  /** What stands behind /keep/; undefined unless it was signed here, as it is. Its time is for the caller to judge. */
  read(token: string): KeepLink | undefined {
    const [, payload, signature] =
      /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(token.slice(0, longestToken + 1)) ?? []
    if (payload === undefined || signature === undefined || token.length > longestToken) return undefined
    if (!timingSafeEqual(Buffer.from(this.#sign(payload)), Buffer.from(signature))) return undefined
    const [noticeId, instanceId, endsAtMs, keepForMs] = JSON.parse(
      Buffer.from(payload, 'base64url').toString('utf8'),
    ) as [string, InstanceId, number, number]
    return { id: `keep:${noticeId}`, noticeId, instanceId, endsAtMs, keepForMs }
  }

  #sign(payload: string): string {
    return createHmac('sha256', this.#key).update(`${purpose}\n${payload}`).digest('base64url')
  }
}
