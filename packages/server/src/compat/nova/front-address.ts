// The front's own address, as links in answers name it: what the configuration says, else the address the client used.
// That one only ever comes back to the client that sent it.
import type { IncomingMessage } from 'node:http'
import { frontPrefix } from './classify-request.ts'

const authority = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/

export function frontAddress(
  request: IncomingMessage,
  configured: { readonly publicUrl: string | undefined; readonly listenAuthority: string },
): string {
  if (configured.publicUrl !== undefined) return configured.publicUrl
  const { host = '' } = request.headers
  const scheme = request.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'
  return `${scheme}://${authority.test(host) ? host : configured.listenAuthority}${frontPrefix}`
}
