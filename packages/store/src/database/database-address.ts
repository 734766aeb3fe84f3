// Where a PostgreSQL is and as whom Gleaner comes: from a URL (DATABASE_URL) or from the private server's socket. A fault in
// a URL is told without the URL: it may hold a password, which is never printed, logged or put into an error.
import { GleanerError } from '@gleaner/model'
import type { ClientConfig } from 'pg'

export interface DatabaseAddress {
  /** What the driver takes. Holds the password: never to be shown. */
  readonly config: ClientConfig
  /** For people, without the password: alice@db.example.org:5432/gleaner. */
  readonly shown: string
}

export function socketAddress(socket: {
  readonly directory: string
  readonly port: number
  readonly user: string
  readonly database: string
}): DatabaseAddress {
  const { directory, port, user, database } = socket
  return { config: { host: directory, port, user, database }, shown: `${user}@${directory}/${database}` }
}

export function parseDatabaseUrl(text: string): DatabaseAddress {
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw invalid('DATABASE_URL does not begin with postgres://')
  const url = URL.canParse(text) ? new URL(text) : undefined
  // An empty host is no valid URL, but is how a socket is often written: postgres://user@/name?host=/run/postgresql
  const parts = url ?? (URL.canParse(text.replace('@/', '@-/')) ? new URL(text.replace('@/', '@-/')) : undefined)
  if (parts === undefined)
    throw invalid('DATABASE_URL is not a valid URL; special characters in the password must be percent-encoded')
  const query = parts.searchParams
  const user = query.get('user') ?? decode(parts.username)
  const database = decode(parts.pathname.slice(1))
  if (user === '') throw invalid('DATABASE_URL names no user')
  if (database === '') throw invalid('DATABASE_URL names no database')
  const host = query.get('host') ?? (parts.hostname === '-' ? '' : decode(parts.hostname))
  const place = host.startsWith('/') ? host : `${host === '' ? 'localhost' : host}:${parts.port || '5432'}`
  return { config: { connectionString: withLibpqMeaning(text, query) }, shown: `${user}@${place}/${database}` }
}

/** Without this the driver gives `sslmode` another meaning than every other PostgreSQL program, and warns about it. */
function withLibpqMeaning(text: string, query: URLSearchParams): string {
  return query.has('sslmode') && !query.has('uselibpqcompat') ? `${text}&uselibpqcompat=true` : text
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('DATABASE_URL holds a percent sign that encodes nothing')
  }
}

function invalid(detail: string): GleanerError {
  return new GleanerError('store-refused', { detail })
}
