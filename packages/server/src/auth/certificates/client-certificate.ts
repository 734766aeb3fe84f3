// What Gleaner reads of a client certificate. Who it is about is (issuer, subject), both in the one form of
// distinguished-name.ts: the fingerprint changes at every renewal, and what a proxy writes beside the certificate is not looked at.
import type { X509Certificate } from 'node:crypto'
import { GleanerError } from '@gleaner/model'
import { derNode, derNodes, derTag, derTimeMs, DerFault, derInteger } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'

export interface ClientCertificate {
  readonly issuer: string
  readonly subject: string
  /** Upper-case hexadecimal, no leading zeros. */
  readonly serial: string
  /** SHA-256, with colons. */
  readonly fingerprint: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** Throws `certificate-refused` for what is no certificate of a person. */
export function readClientCertificate(certificate: X509Certificate): ClientCertificate {
  try {
    const [toBeSigned] = derNodes(derNode(certificate.raw).content)
    if (toBeSigned === undefined) throw new DerFault('it is empty')
    const fields = derNodes(toBeSigned.content)
    // [0] version stands first and is left out by certificates of version 1.
    const [serial, , issuer, validity, subject] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
    const [notBefore, notAfter] = derNodes(validity?.content ?? new Uint8Array())
    if (serial?.tag !== derTag.integer || issuer === undefined || subject === undefined)
      throw new DerFault('it is not built like a certificate')
    if (notBefore === undefined || notAfter === undefined) throw new DerFault('it has no time of validity')
    return {
      issuer: distinguishedName(issuer.whole),
      subject: distinguishedName(subject.whole),
      serial: derInteger(serial.content),
      fingerprint: certificate.fingerprint256,
      notBeforeMs: derTimeMs(notBefore),
      notAfterMs: derTimeMs(notAfter),
    }
  } catch (error) {
    if (!(error instanceof DerFault)) throw error
    throw new GleanerError('certificate-refused', { detail: error.message }, { cause: error })
  }
}
