// Reads the body of a create: the one kind of request that is held as a whole, and so the one that has a largest size.
import type { IncomingMessage } from 'node:http'
import { GleanerError } from '@gleaner/model'
import { ClientGone } from './relay.ts'

/** Nova's own limit is 114,688 bytes (osapi_max_request_body_size); operators raise it at times. */
export const largestCreateBytes = 1024 * 1024

/** Leaves the connection open when the body is too large, so that the refusal can be sent. */
export function readBody(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= largestCreateBytes) chunks.push(chunk)
      else {
        chunks.length = 0
        reject(new GleanerError('front-too-large', { limit: largestCreateBytes }))
      }
    })
    incoming.once('end', () => resolve(Buffer.concat(chunks)))
    incoming.once('error', () => reject(new ClientGone()))
    incoming.once('close', () => reject(new ClientGone()))
  })
}
