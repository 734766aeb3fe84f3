// Where the server is and with which token it is spoken to: --url and --token, else GLEANER_URL and GLEANER_TOKEN, else
// the address it listens on by default (or GLEANER_LISTEN) and the token that a server on this machine leaves in its
// state directory. Without any token the server decides what a caller on its own machine may do.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Client, createClient } from '@gleaner/client'
import type { Io } from './io.ts'

export interface ConnectionOptions {
  readonly url?: string | undefined
  readonly token?: string | undefined
}

export function connect(options: ConnectionOptions, io: Io): Client {
  const baseUrl = addressOf(options, io)
  const token = options.token ?? io.environment['GLEANER_TOKEN'] ?? localToken(io)
  return createClient({
    baseUrl,
    token,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers)
      // Without a token the server wants to know that no foreign page sent the request.
      if (token === undefined) headers.set('origin', new URL(baseUrl).origin)
      return globalThis.fetch(input, { ...init, headers, signal: joined(init?.signal, io.signal) })
    },
  })
}

export function addressOf(options: ConnectionOptions, io: Io): string {
  const named = options.url ?? io.environment['GLEANER_URL']
  if (named !== undefined && named !== '') return /^https?:\/\//.test(named) ? named : `http://${named}`
  return `http://${(io.environment['GLEANER_LISTEN'] ?? '127.0.0.1:7878').replace(/^0\.0\.0\.0:/, '127.0.0.1:')}`
}

export function stateDirectory(io: Io): string {
  return resolve(io.directory, io.environment['GLEANER_STATE_DIR'] ?? '.gleaner')
}

/** The file that LocalToken of the server writes; undefined when there is none, or not for us. */
function localToken(io: Io): string | undefined {
  try {
    return readFileSync(resolve(stateDirectory(io), 'cli-token'), 'utf8').trim()
  } catch {
    return undefined
  }
}

function joined(one: AbortSignal | null | undefined, other: AbortSignal): AbortSignal {
  return one === null || one === undefined ? other : AbortSignal.any([one, other])
}
