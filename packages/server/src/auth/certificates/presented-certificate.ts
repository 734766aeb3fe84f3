// The certificate that came with a request: from the TLS session of this server, or from the header of a trusted proxy that
// ended TLS. A header is believed only from the addresses that are listed, and with the shared secret where there is one;
// from anywhere else it is an attempt to be somebody, and refused. Of the header only the certificate itself counts, and
// that one of our authorities signed it is checked here once more.
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { GleanerError } from '@gleaner/model'
import type { FastifyRequest } from 'fastify'
import type { PeopleSettings } from '../../config/people.ts'
import { peerAddress } from '../peer.ts'

export const proxySecretHeader = 'x-gleaner-proxy-secret'
const mostHeaderBytes = 16 * 1024
const clientAuthentication = '1.3.6.1.5.5.7.3.2'

export interface CertificateSources {
  readonly proxy: PeopleSettings['proxy']
  readonly authorities: readonly X509Certificate[]
}

/** Undefined when there is none. Throws `certificate-refused` for one that proves nothing. */
export function presentedCertificate(
  request: FastifyRequest,
  { proxy, authorities }: CertificateSources,
): X509Certificate | undefined {
  const header = proxy === undefined ? undefined : request.headers[proxy.header]
  if (proxy !== undefined && header !== undefined) {
    requireProxy(request, proxy)
    const certificate = certificateIn(header)
    if (certificate !== undefined) requireIssued(certificate, authorities)
    return certificate
  }
  return certificateOfSession(request)
}

/** True when it came through a proxy that is listed: then the peer is the proxy, and says nothing about the person. */
export function isFromProxy(request: FastifyRequest, proxy: PeopleSettings['proxy']): boolean {
  return proxy?.addresses.includes(peerAddress(request)) === true
}

function requireProxy(request: FastifyRequest, proxy: NonNullable<PeopleSettings['proxy']>): void {
  if (!isFromProxy(request, proxy))
    throw refused(`the header ${proxy.header} came from ${peerAddress(request)}, which is no proxy that is listed`)
  if (proxy.secret === undefined) return
  const given = request.headers[proxySecretHeader]
  if (typeof given !== 'string' || !timingSafeEqual(digest(given), digest(proxy.secret)))
    throw refused(`the header ${proxySecretHeader} is not the secret of the proxy`)
}

/** The forms of nginx (escaped PEM), of Apache (PEM in one line), of HAProxy and Caddy (base64). */
function certificateIn(header: string | string[]): X509Certificate | undefined {
  if (typeof header !== 'string') throw refused('the header of the proxy comes more than once')
  if (header === '' || header === '(null)') return undefined
  if (header.length > mostHeaderBytes) throw refused('the header of the proxy is too long')
  let text = header
  try {
    if (text.includes('%')) text = decodeURIComponent(text)
  } catch (error) {
    throw refused('the header of the proxy holds no certificate', error)
  }
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw refused('the header of the proxy holds no certificate')
  const bytes = Buffer.from(base64, 'base64')
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(bytes)
  } catch (error) {
    throw refused('the header of the proxy holds no certificate', error)
  }
  if (certificate.raw.length !== bytes.length) throw refused('the header of the proxy holds more than a certificate')
  return certificate
}

function requireIssued(certificate: X509Certificate, authorities: readonly X509Certificate[]): void {
  const issuer = authorities.find(
    (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
  )
  if (issuer === undefined) throw refused('no authority that is trusted issued it')
  if (certificate.ca) throw refused('it is the certificate of an authority, not of a person')
  const uses = certificate.keyUsage as readonly string[] | undefined
  if (uses !== undefined && !uses.includes(clientAuthentication)) throw refused('it is not meant for logging in')
}

/** An empty object stands for no certificate; one that was not verified still has all its fields. */
function certificateOfSession({ socket }: FastifyRequest): X509Certificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  if (!socket.authorized) throw refused(reasonOf(String(socket.authorizationError)))
  return certificate
}

/** What OpenSSL found, in words. */
function reasonOf(code: string): string {
  if (/EXPIRED/.test(code)) return 'it has expired'
  if (/NOT_YET_VALID/.test(code)) return 'it is not valid yet'
  if (/SELF_SIGNED|ISSUER|SIGNATURE|UNTRUSTED/.test(code)) return `no authority that is trusted issued it (${code})`
  return code
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

function refused(detail: string, cause?: unknown): GleanerError {
  return new GleanerError('certificate-refused', { detail }, { cause })
}
