// The server's own certificate and key, as they stand in their files now. Whoever renews them writes two files, one after the
// other: a pair that does not belong together is looked at once more before it is called a fault, and until there is a pair
// that can be used the one before stays.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describeError } from '@gleaner/model'
import type { TlsSettings } from '../../config/people.ts'

export type OwnCertificateLook =
  | { readonly kind: 'same' }
  | { readonly kind: 'renewed'; readonly tls: TlsSettings }
  /** As a clause. */
  | { readonly kind: 'unusable'; readonly fault: string }

export class OwnCertificate {
  #tls: TlsSettings
  /** What was found last that could not be used; undefined when all is well. */
  #fault: string | undefined

  constructor(tls: TlsSettings) {
    this.#tls = tls
  }

  /** When the one in use ends, in milliseconds since 1970. */
  get endsAtMs(): number {
    return Date.parse(new X509Certificate(this.#tls.certificate).validTo)
  }

  look(): OwnCertificateLook {
    try {
      const { certificateFile, keyFile } = this.#tls
      const certificate = readFileSync(certificateFile, 'utf8')
      const key = readFileSync(keyFile, 'utf8')
      if (certificate === this.#tls.certificate && key === this.#tls.key) return this.#well({ kind: 'same' })
      if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)))
        return this.#unusable(`${keyFile} is not the key of ${certificateFile}`)
      this.#tls = { ...this.#tls, certificate, key }
      return this.#well({ kind: 'renewed', tls: this.#tls })
    } catch (error) {
      return this.#unusable(describeError(error))
    }
  }

  #well(look: OwnCertificateLook): OwnCertificateLook {
    this.#fault = undefined
    return look
  }

  #unusable(fault: string): OwnCertificateLook {
    const isKnown = this.#fault === fault
    this.#fault = fault
    return isKnown ? { kind: 'unusable', fault } : { kind: 'same' }
  }
}
