// Notices a daemon that is connected and dead. After each `intervalMs` without a message from it a ping is sent; after
// `maxMissed` intervals in a row the connection is ended. Start it only when the daemon said that it answers pings.
import type { RpcClient } from './rpc-client.ts'
import { LibvirtWireError } from './wire-error.ts'

export interface KeepaliveOptions {
  readonly intervalMs: number
  readonly maxMissed: number
}

export function startKeepalive(client: RpcClient, options: KeepaliveOptions): void {
  let seen = client.receivedMessages
  let missed = 0
  let cancel = client.timers.after(options.intervalMs, tick)
  client.onEnd(() => cancel())

  function tick() {
    missed = client.receivedMessages === seen ? missed + 1 : 0
    seen = client.receivedMessages
    if (missed > options.maxMissed) {
      const silentMs = missed * options.intervalMs
      client.close(new LibvirtWireError('disconnected', `the daemon has been silent for ${silentMs} ms`))
      return
    }
    client.ping()
    cancel = client.timers.after(options.intervalMs, tick)
  }
}
