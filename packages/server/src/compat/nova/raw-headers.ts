// Which headers go from one side of the front to the other. What belongs to one connection stays there (RFC 9110, 7.6.1),
// everything else passes as it is: order, spelling, repetition and bytes. Four groups never reach nova: the address the
// client used (Host is nova's own), what a proxy said about the client (nova would build its links from it, past the
// front), the framing of the body, which is written anew from what the parser found, and names with an underscore: WSGI
// takes X_Auth_Token for X-Auth-Token, so that front and nova could be told two different things.
import type { IncomingMessage } from 'node:http'

/** name, value, name, value, …: the form in which Node hands headers over and takes them. */
export type RawHeaders = readonly string[]

/** Connection-bound ones, and those with which this hop deals itself: Expect was answered by Node's server. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/** Beyond those, on the way to nova. Answers are read (links, the flag), so they are asked for uncompressed. */
const notToNova: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'accept-encoding',
  'forwarded',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
])

export function rawHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat()
}

export function* headerPairs(raw: RawHeaders): Generator<readonly [name: string, value: string]> {
  for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] ?? '', raw[i + 1] ?? '']
}

/** All values of the header, in their order. */
export function headerValues(raw: RawHeaders, name: string): string[] {
  return [...headerPairs(raw)].filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
}

export function withoutHeaders(raw: RawHeaders, names: ReadonlySet<string>): string[] {
  return [...headerPairs(raw)].filter(([name]) => !names.has(name.toLowerCase())).flat()
}

/** What is not bound to the connection it came by, nor named by it. */
export function endToEnd(raw: RawHeaders): string[] {
  const named = headerValues(raw, 'connection').flatMap((value) => value.split(','))
  return withoutHeaders(raw, new Set([...hopByHop, ...named.map((name) => name.trim().toLowerCase())]))
}

/** Name of the front in Via: who meets it in a request of its own is asking itself. */
const viaName = 'gleaner-front'

export function cameThroughFront(raw: RawHeaders): boolean {
  return headerValues(raw, 'via').some((value) => value.includes(viaName))
}

/** The client's headers as nova gets them, but for those that say how long the body is. */
export function headersForNova(
  raw: RawHeaders,
  hop: { readonly host: string; readonly peer: string | undefined },
): string[] {
  const passed = [...headerPairs(withoutHeaders(endToEnd(raw), notToNova))].filter(([name]) => !name.includes('_'))
  const own = { 'Accept-Encoding': 'identity', Via: `1.1 ${viaName}`, 'X-Forwarded-For': hop.peer ?? 'unknown' }
  return ['Host', hop.host, ...passed.flat(), ...rawHeaders(own)]
}

/** How the body of the request is framed for nova, from what the parser accepted; a body of no length has length 0. */
export function framingOf(request: IncomingMessage): string[] {
  if (request.headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked']
  const length = request.headers['content-length']
  if (length !== undefined) return ['Content-Length', length]
  return request.method === 'POST' || request.method === 'PUT' || request.method === 'PATCH'
    ? ['Content-Length', '0']
    : []
}

/** True when the request comes without a body. */
export function isBodiless(request: IncomingMessage): boolean {
  const length = request.headers['content-length']
  return request.headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0)
}

export function isJson(raw: RawHeaders): boolean {
  const [type = ''] = headerValues(raw, 'content-type')
  const coding = headerValues(raw, 'content-encoding').join(',').toLowerCase()
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type) && (coding === '' || coding === 'identity')
}
