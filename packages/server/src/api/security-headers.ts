// Headers of every answer: what a browser may do with it. The console loads nothing from elsewhere and is framed by nobody.
import type { FastifyInstance } from 'fastify'

const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
}

export function addSecurityHeaders(api: FastifyInstance): void {
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    // What the API says is about this moment and this caller. The console's files say for themselves how long they hold.
    if (isDynamic(request.url)) reply.header('cache-control', 'no-store')
  })
}

export function isDynamic(url: string): boolean {
  return /^\/(?:api|metrics|healthz|readyz)(?:[/?]|$)/.test(url)
}
