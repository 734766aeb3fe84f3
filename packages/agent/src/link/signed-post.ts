// One signed request to the control plane. The agent only ever dials out; it speaks HTTP in the clear to its own machine and to no other.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { desktopHeader, signatureHeader, signedText } from '@gleaner/model/desktop'

const patienceMs = 10_000
const longestAnswer = 64 * 1024

export interface Signer {
  readonly desktop: string
  /** PKCS #8, PEM. */
  readonly key: string
}

export class LinkRefusal extends Error {
  readonly status: number
  readonly code: string

  constructor(
    status: number,
    problem: { readonly code?: unknown; readonly detail?: unknown; readonly remedy?: unknown },
  ) {
    super(typeof problem.detail === 'string' ? problem.detail : `the server answered with ${status}`)
    this.status = status
    this.code = typeof problem.code === 'string' ? problem.code : ''
  }
}

export function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** SubjectPublicKeyInfo, DER, base64. */
export function publicPart(key: string): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
}

/** Undefined: it can be used; else why not. */
export function addressFault(server: string): string | undefined {
  if (!URL.canParse(server)) return `"${server}" is no address, such as https://gleaner.example:7878`
  const { protocol, hostname, username, password } = new URL(server)
  if (username !== '' || password !== '') return 'the address holds a user or a password; the token is enough'
  if (protocol !== 'https:' && protocol !== 'http:')
    return `"${server}" is no address of http or https, such as https://gleaner.example:7878`
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  if (protocol === 'https:' || (protocol === 'http:' && isHere)) return undefined
  return 'only https leads to another machine: give the server a certificate (section tls of its configuration)'
}

export async function signedPost(
  to: { readonly server: string; readonly ca?: string | undefined; readonly path: string },
  signer: Signer,
  content: unknown,
): Promise<unknown> {
  const body = Buffer.from(JSON.stringify(content))
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  const text = signedText({ method: 'POST', path: to.path, desktop: signer.desktop, bodySha256 })
  const key = createPrivateKey(signer.key)
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const headers = {
    'content-type': 'application/json',
    'content-length': body.length,
    [desktopHeader]: signer.desktop,
    [signatureHeader]: signature,
  }
  const url = new URL(to.path, to.server)
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, timeout: patienceMs, ...(to.ca === undefined ? {} : { ca: to.ca }) }
    const sent = request(url, options, (answer) => {
      read(answer).then(resolve, reject)
    })
    // From the first byte to the last: a server that answers a byte a minute is away as well.
    const overall = setTimeout(() => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)), patienceMs)
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    sent.on('error', reject)
    sent.on('close', () => clearTimeout(overall))
    sent.end(body)
  })
}

async function read(answer: IncomingMessage): Promise<unknown> {
  let text = ''
  answer.setEncoding('utf8')
  for await (const chunk of answer) {
    text += String(chunk)
    if (text.length > longestAnswer) throw new Error('the answer is too long')
  }
  const status = answer.statusCode ?? 0
  const parsed = parse(text)
  if (status >= 200 && status < 300) return parsed
  throw new LinkRefusal(status, parsed ?? {})
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
