// One request to the front, with what every way of handling it needs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type JsonEdits, JsonEditor } from './json-editor.ts'
import { type LinkMap, linkEdits, movedLink } from './answer-edits.ts'
import { CallerCalls } from './caller-calls.ts'
import { type AskedVersion, askedVersion } from './microversion.ts'
import { endToEnd, headersForNova } from './raw-headers.ts'
import { ClientGone, type Passage } from './relay.ts'
import type { Upstream } from './upstream.ts'

export interface Visit {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** For nova, without the framing of the body. */
  readonly headers: readonly string[]
  readonly version: AskedVersion
  readonly links: LinkMap
  /** Empty when none was sent. */
  readonly token: string
  readonly calls: CallerCalls
  /** Fires when the client has gone before its answer, or the front closes. */
  readonly ended: AbortSignal
}

/** `open` holds the visits under way, for the one who ends them all. */
export function visitOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { nova, links, open }: { readonly nova: Upstream; readonly links: LinkMap; readonly open: Set<AbortController> },
): Visit {
  const ended = new AbortController()
  open.add(ended)
  outgoing.once('close', () => {
    open.delete(ended)
    if (!outgoing.writableFinished) ended.abort(new ClientGone())
  })
  const passed = endToEnd(incoming.rawHeaders)
  const token = passed.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'x-auth-token')
    ? String(incoming.headers['x-auth-token'] ?? '')
    : ''
  return {
    incoming,
    outgoing,
    headers: headersForNova(incoming.rawHeaders, { host: nova.authority, peer: incoming.socket.remoteAddress }),
    version: askedVersion(passed),
    links,
    token,
    calls: new CallerCalls(nova, token),
    ended: ended.signal,
  }
}

/** How answers are passed on: links lead to the front, in headers as in the body; `edits` is for those that succeeded. */
export function passing({ links }: Pick<Visit, 'links'>, edits?: JsonEdits): Pick<Passage, 'header' | 'editor'> {
  const plain = linkEdits(links)
  return {
    header: (name, value) => (name.toLowerCase() === 'location' ? (movedLink(value, links) ?? value) : value),
    editor: (status) => new JsonEditor(status === 200 ? (edits ?? plain) : plain),
  }
}
