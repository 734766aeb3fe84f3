// Opens the front where the configuration wants it: beside the API, or on an address of its own, where nothing else
// answers. An address of its own lets users reach nova's API without reaching Gleaner's.
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GleanerError } from '@gleaner/model'
import type { FrontDoor } from '../../api/build-api.ts'
import type { Application } from '../../application.ts'
import type { FrontSettings } from '../../config/front.ts'
import { isFrontPath } from './classify-request.ts'
import { answerFault } from './nova-fault.ts'
import { NovaFront } from './nova-front.ts'

export interface OpenFront extends FrontDoor {
  /** Port of its own address; undefined when it has none. */
  readonly port: number | undefined
  close(): Promise<void>
}

/** The head of a request has to arrive within this time; its body may take as long as it moves. */
const headWithinMs = 30_000
/** Longer than load balancers keep an idle connection, so that it is never the front that closes one in use. */
const keepAliveMs = 72_000

export async function openFront(app: Application, settings: FrontSettings): Promise<OpenFront> {
  const front = new NovaFront(app, settings)
  const server = settings.listen === undefined ? undefined : await listen(front, settings.listen)
  return {
    takes: (url) => server === undefined && isFrontPath(url),
    handle: front.handle,
    figures: front.figures,
    port: server === undefined ? undefined : (server.address() as AddressInfo).port,
    close: async () => {
      const closed = server === undefined ? undefined : new Promise((resolve) => server.close(resolve))
      await front.close()
      server?.closeAllConnections()
      await closed
    },
  }
}

function listen(front: NovaFront, { host, port }: { readonly host: string; readonly port: number }): Promise<Server> {
  const server = createServer(
    { requestTimeout: 0, headersTimeout: headWithinMs, keepAliveTimeout: keepAliveMs },
    (request, response) => {
      if (isFrontPath(request.url ?? '')) front.handle(request, response)
      else answerFault(response, new GleanerError('not-found', { object: 'This path' }))
    },
  )
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new GleanerError('address-in-use', { address: `${host}:${port}` }, { cause: error })
          : error,
      )
    })
    server.listen(port, host, () => resolve(server))
  })
}
