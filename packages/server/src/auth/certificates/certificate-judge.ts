// Whether a certificate counts at this moment: within its validity, on no block list, on no revocation list. It is asked at
// every request, because a TLS session that is resumed checks nothing again. The files are looked at again when they change.
// What cannot be checked does not count: with revocation lists configured, a list that is missing, broken or overdue refuses.
import { readFileSync, statSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { describeError } from '@gleaner/model'
import type { ClientCertificate } from './client-certificate.ts'
import { readRevocationLists, type RevocationList } from './revocation-list.ts'

export interface CertificateFiles {
  /** PEM of the authorities whose certificates are accepted. */
  readonly authorities: string
  /** Files of revocation lists, PEM or DER; none when revocation is not checked. */
  readonly revoked: readonly string[]
  /** File of serial numbers that are blocked, one a line. */
  readonly blocked: string | undefined
}

const lookAgainMs = 1000

export class CertificateJudge {
  readonly authorities: readonly X509Certificate[]
  readonly #files: CertificateFiles
  readonly #watched = new Map<string, { at: string; value: unknown; checkedAtMs: number }>()

  constructor(files: CertificateFiles) {
    this.#files = files
    this.authorities = certificatesIn(files.authorities)
  }

  /** Why it does not count, as a clause; undefined when it does. */
  faultOf(certificate: ClientCertificate, nowMs: number): string | undefined {
    if (nowMs < certificate.notBeforeMs) return `it is valid only from ${timeText(certificate.notBeforeMs)}`
    if (nowMs >= certificate.notAfterMs) return `it expired at ${timeText(certificate.notAfterMs)}`
    return this.#blocked(certificate, nowMs) ?? this.#revoked(certificate, nowMs)
  }

  /** What of the lists keeps people out who have done nothing, as sentences without their end. */
  listFaults(nowMs: number): readonly string[] {
    const serials = this.#serials(nowMs)
    const faults = typeof serials === 'string' ? [`The ${serials}`] : []
    for (const file of this.#files.revoked) {
      const lists = this.#lists(file, nowMs)
      if (typeof lists === 'string') faults.push(`The ${lists}`)
      else
        for (const { issuer } of lists.filter((list) => isOverdue(list, nowMs)))
          faults.push(`The revocation list ${file} of ${issuer} is overdue`)
    }
    return faults
  }

  #blocked({ serial }: ClientCertificate, nowMs: number): string | undefined {
    const serials = this.#serials(nowMs)
    if (typeof serials === 'string') return `the ${serials}`
    return serials?.has(serial) === true ? `its serial number ${serial} is blocked` : undefined
  }

  #revoked({ serial, issuer }: ClientCertificate, nowMs: number): string | undefined {
    if (this.#files.revoked.length === 0) return undefined
    let seen = false
    for (const file of this.#files.revoked) {
      const lists = this.#lists(file, nowMs)
      if (typeof lists === 'string') return `the ${lists}`
      for (const list of lists.filter((each) => each.issuer === issuer)) {
        if (list.serials.has(serial)) return 'it was revoked by its issuer'
        if (isOverdue(list, nowMs)) return `the revocation list of its issuer is overdue; put a newer one in place`
        seen = true
      }
    }
    return seen ? undefined : 'there is no revocation list of its issuer'
  }

  /** Undefined where none is configured; a clause when it cannot be used. */
  #serials(nowMs: number): ReadonlySet<string> | string | undefined {
    const file = this.#files.blocked
    if (file === undefined) return undefined
    const serials = this.#read(file, nowMs, (bytes) => serialsIn(bytes.toString('utf8')))
    return typeof serials === 'string' ? `list of blocked serial numbers cannot be used (${serials})` : serials
  }

  /** A clause when it cannot be used. */
  #lists(file: string, nowMs: number): readonly RevocationList[] | string {
    const lists = this.#read(file, nowMs, (bytes) => readRevocationLists(bytes, this.authorities))
    return typeof lists === 'string' ? `revocation list ${file} cannot be used (${lists})` : lists
  }

  /** What a file holds, read again when it has changed; a text when it cannot be used. */
  #read<T>(file: string, nowMs: number, parse: (bytes: Buffer) => T): T | string {
    const known = this.#watched.get(file)
    if (known !== undefined && nowMs >= known.checkedAtMs && nowMs - known.checkedAtMs < lookAgainMs)
      return known.value as T | string
    let at = ''
    let value: T | string
    try {
      const { mtimeMs, size, ino } = statSync(file)
      at = `${mtimeMs} ${size} ${ino}`
      value = known?.at === at ? (known.value as T | string) : parse(readFileSync(file))
    } catch (error) {
      value = (error as NodeJS.ErrnoException).code ?? describeError(error)
    }
    this.#watched.set(file, { at, value, checkedAtMs: nowMs })
    return value
  }
}

export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

/** One serial number a line, in hexadecimal with or without colons; what stands behind # is a remark. Throws on others. */
function serialsIn(text: string): ReadonlySet<string> {
  const serials = new Set<string>()
  for (const [index, line] of text.split('\n').entries()) {
    const serial = line.replace(/#.*/, '').replaceAll(/[\s:]/g, '')
    if (serial === '') continue
    if (!/^(0x)?[0-9A-Fa-f]{1,64}$/.test(serial)) throw new Error(`line ${index + 1} holds no serial number`)
    serials.add(
      serial
        .replace(/^0x/, '')
        .toUpperCase()
        .replace(/^0+(?=.)/, ''),
    )
  }
  return serials
}

function isOverdue({ nextUpdateMs }: RevocationList, nowMs: number): boolean {
  return nextUpdateMs !== undefined && nowMs >= nextUpdateMs
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
