// Whether a request was signed by a key of a desktop. The form is that of packages/model/src/desktop/agent-request.ts; keys are on P-256
// and on no other curve, so that nobody can choose a weaker one.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { type SignedParts, signedText } from '@gleaner/model'

/** Undefined for what is no public key on P-256. */
export function readAgentKey(der: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

export interface SignedRequest extends Omit<SignedParts, 'bodySha256'> {
  readonly body: Uint8Array
  readonly signature: string
}

export function isSignedBy(der: Uint8Array, { body, signature, ...parts }: SignedRequest): boolean {
  const key = readAgentKey(der)
  if (key === undefined || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return false
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  return verify(
    'sha256',
    Buffer.from(signedText({ ...parts, bodySha256 })),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
}
