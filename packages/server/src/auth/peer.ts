// Where a request comes from, as far as it may be believed: the peer of the connection, never a header; and whether the
// address it was sent to is one under which this server is meant to be found.
import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../config/listen.ts'

/** Headers that a proxy adds: the peer then is the proxy, and nothing is known about who is behind it. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const

export function peerAddress(request: FastifyRequest): string {
  const address = request.socket.remoteAddress ?? 'unknown'
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

export function isLocalPeer(request: FastifyRequest): boolean {
  return isLoopback(peerAddress(request)) && proxyHeaders.every((name) => request.headers[name] === undefined)
}

/** Host name of a Host or Origin authority, without port and brackets; undefined when it is none. */
export function hostNameOf(authority: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(authority ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase()
}

/** A foreign name that resolves to this machine (DNS rebinding) is not one of ours. */
export function isOwnHost(authority: string | undefined, listenHost: string): boolean {
  const name = hostNameOf(authority)
  return name !== undefined && (isLoopback(name) || name === listenHost.toLowerCase())
}
