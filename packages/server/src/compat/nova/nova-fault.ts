// How the front says no: in nova's own form, so that every client shows the sentence. What failed and what to do stand in
// the message; the code of the registry in a header, for those who look.
import type { ServerResponse } from 'node:http'
import type { GleanerError } from '@gleaner/model'

/** The names nova gives to its faults (nova/api/openstack/wsgi.py, Fault). */
const faultNames: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
  413: 'overLimit',
  429: 'overLimit',
  503: 'serviceUnavailable',
}

export function answerFault(outgoing: ServerResponse, error: GleanerError): void {
  if (outgoing.headersSent) {
    outgoing.destroy()
    return
  }
  const { status } = error
  const message = `${error.message} ${error.remedy}`
  const body = Buffer.from(JSON.stringify({ [faultNames[status] ?? 'computeFault']: { code: status, message } }))
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-gleaner-error': error.code,
    ...(status === 503 ? { 'retry-after': '10' } : {}),
    // What the client still sends is not waited for.
    ...(outgoing.req.complete ? {} : { connection: 'close' }),
  })
  outgoing.end(outgoing.req.method === 'HEAD' ? undefined : body)
}
