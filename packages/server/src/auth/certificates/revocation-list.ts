// A certificate revocation list (RFC 5280, section 5): which serial numbers of an issuer are no longer good. It counts only
// with a good signature of one of the trusted authorities, and only until its next update was due.
import { type KeyObject, verify, type X509Certificate } from 'node:crypto'
import { type DerNode, DerFault, derInteger, derNode, derNodes, derOid, derTag, derTimeMs } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'

export interface RevocationList {
  readonly issuer: string
  /** Undefined when it names no next update. */
  readonly nextUpdateMs: number | undefined
  readonly serials: ReadonlySet<string>
}

const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  // Ed25519 and Ed448 sign without a digest of their own.
  '1.3.101.112': null,
  '1.3.101.113': null,
}

/** The lists of a file in PEM, or the one list of a file in DER. Throws a DerFault that says what is wrong. */
export function readRevocationLists(file: Buffer, authorities: readonly X509Certificate[]): readonly RevocationList[] {
  const blocks = [...file.toString('latin1').matchAll(/-----BEGIN X509 CRL-----([^-]*)-----END X509 CRL-----/g)]
  const lists = blocks.length > 0 ? blocks.map(([, base64 = '']) => Buffer.from(base64, 'base64')) : [file]
  return lists.map((list) => readOne(list, authorities))
}

function readOne(bytes: Uint8Array, authorities: readonly X509Certificate[]): RevocationList {
  const [toBeSigned, algorithm, signature] = derNodes(sequence(derNode(bytes)).content)
  if (toBeSigned === undefined || algorithm === undefined || signature?.tag !== derTag.bitString)
    throw new DerFault('it is not built like a revocation list')
  const fields = [...derNodes(sequence(toBeSigned).content)]
  if (fields[0]?.tag === derTag.integer) fields.shift()
  const [inner, issuer, , ...rest] = fields
  // RFC 5280, 5.1.1.2: the way of signing stands outside of what is signed as well, and has to be the same.
  const isSame = inner !== undefined && Buffer.compare(inner.whole, algorithm.whole) === 0
  if (issuer === undefined || !isSame || signature.content[0] !== 0)
    throw new DerFault('it is not built like a revocation list')
  const name = distinguishedName(issuer.whole)
  const signer = authorities.find(
    (authority) => subjectOf(authority) === name && isSigned(toBeSigned, { algorithm, signature }, authority.publicKey),
  )
  if (signer === undefined) throw new DerFault(`no trusted authority signed the list of ${name}`)
  const isTime = (node: DerNode | undefined) => node?.tag === derTag.utcTime || node?.tag === derTag.generalizedTime
  const nextUpdate = isTime(rest[0]) ? rest.shift() : undefined
  const revoked = rest[0]?.tag === derTag.sequence ? derNodes(rest[0].content) : []
  return {
    issuer: name,
    nextUpdateMs: nextUpdate === undefined ? undefined : derTimeMs(nextUpdate),
    serials: new Set(revoked.map((entry) => derInteger(derNode(sequence(entry).content).content))),
  }
}

function isSigned(
  toBeSigned: DerNode,
  how: { readonly algorithm: DerNode; readonly signature: DerNode },
  key: KeyObject,
): boolean {
  const digest = digests[derOid(derNode(how.algorithm.content).content)]
  if (digest === undefined) throw new DerFault('it is signed in a way that is not known, or no longer safe')
  // The first octet of a bit string counts the bits that are left over: none in a signature.
  return verify(digest, toBeSigned.whole, key, how.signature.content.subarray(1))
}

/** Of a certificate: the name of its subject in the form of this folder. */
export function subjectOf(certificate: X509Certificate): string {
  const [toBeSigned] = derNodes(derNode(certificate.raw).content)
  const fields = derNodes(toBeSigned?.content ?? new Uint8Array())
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4]
  if (subject === undefined) throw new DerFault('it is not built like a certificate')
  return distinguishedName(subject.whole)
}

function sequence(node: DerNode): DerNode {
  if (node.tag !== derTag.sequence) throw new DerFault('it is not built like a revocation list')
  return node
}
