// A fake that goes away and comes back under the same address must find its port free. One the system gave it may have been given
// to somebody else by then, or to a client that connects to nobody and so to itself: its port lies below the range of those.
import type { Server } from 'node:net'

const lowestPort = 20_000
const highestPort = 32_000

/** Listens on loopback, on the port it had before or else on one that the system gives to nobody by itself; returns the port. */
export async function listenAgain(server: Server, port = 0): Promise<number> {
  if (port > 0) {
    await listenOn(server, port)
    return port
  }
  for (;;) {
    const tried = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort))
    try {
      await listenOn(server, tried)
      return tried
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
