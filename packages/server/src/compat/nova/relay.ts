// Carries one request to nova and its answer back, both streamed: no more is held than the buffers of the connections,
// and who reads slowly slows the other side down. When one side goes, the other is told at once: a client that leaves
// ends the call to nova, an answer that breaks off breaks the client's connection, so that it is never taken for whole.
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { Readable, type Transform, pipeline } from 'node:stream'
import { GleanerError } from '@gleaner/model'
import { endToEnd, headerPairs, isBodiless, isJson, withoutHeaders } from './raw-headers.ts'
import { type Upstream, type UpstreamCall, type WholeAnswer, answerTo } from './upstream.ts'

export interface Passage {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly call: UpstreamCall
  /** A header of the answer, changed or as it is. */
  readonly header: (name: string, value: string) => string
  /** What a JSON answer goes through on its way. */
  readonly editor: (status: number) => Transform
}

/** The client went before the end; nobody is left to be told anything. */
export class ClientGone extends Error {
  constructor() {
    super('the client has gone')
    this.name = 'ClientGone'
  }
}

/** Resolves with the status when the answer has been passed on; rejects when there was none, or not all of one. */
export async function relay(upstream: Upstream, passage: Passage): Promise<number> {
  const { incoming, outgoing, call } = passage
  const request = upstream.open(call)
  const gone = endWithClient(outgoing, request)
  try {
    sendBody(incoming, request)
    const answer = await answerTo(request)
    // Whether the rest of the request is still wanted is told by the answer alone.
    request.on('error', () => undefined)
    await passAnswer(answer, passage)
    return answer.statusCode ?? 0
  } catch (error) {
    if (gone.first()) throw new ClientGone()
    if (!outgoing.headersSent && isBodiless(incoming) && isStale(error, request)) return relay(upstream, passage)
    throw upstream.fault(error)
  } finally {
    gone.forget()
  }
}

/** Ends the call when the client goes. `first` tells whether that is what ended it: one end always takes the other along. */
function endWithClient(outgoing: ServerResponse, request: ClientRequest) {
  let first: 'client' | 'nova' | undefined
  const onClose = () => {
    if (outgoing.writableFinished) return
    first ??= 'client'
    request.destroy(new ClientGone())
  }
  const onBreak = () => (first ??= 'nova')
  outgoing.once('close', onClose)
  request.once('error', onBreak)
  request.once('response', (answer) => answer.once('error', onBreak))
  return { first: () => first === 'client', forget: () => outgoing.off('close', onClose) }
}

/** A shared connection that nova closed while the request was on its way. Only reading calls ride on those. */
function isStale(error: unknown, request: ClientRequest): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
}

function sendBody(incoming: IncomingMessage, request: ClientRequest): void {
  if (isBodiless(incoming)) {
    request.end()
    return
  }
  incoming.pipe(request)
  // Nova may answer, or go, before it has read everything: the rest is read off and dropped.
  request.once('close', () => {
    incoming.unpipe(request)
    incoming.resume()
  })
}

async function passAnswer(answer: IncomingMessage, passage: Passage): Promise<void> {
  const head = { status: answer.statusCode ?? 0, statusText: answer.statusMessage ?? '', headers: answer.rawHeaders }
  await pass(head, answer, passage)
}

/** Passes an answer on that was read as a whole. */
export async function passWhole(answer: WholeAnswer, passage: Omit<Passage, 'incoming' | 'call'>): Promise<void> {
  await pass(answer, Readable.from(answer.body.length === 0 ? [] : [answer.body]), passage)
}

async function pass(
  head: Omit<WholeAnswer, 'body'>,
  body: Readable,
  passage: Pick<Passage, 'outgoing' | 'header' | 'editor'>,
): Promise<void> {
  const { outgoing, header } = passage
  const edits = isJson(head.headers)
  const kept = edits ? withoutHeaders(endToEnd(head.headers), lengthHeader) : endToEnd(head.headers)
  const headers = [...headerPairs(kept)].flatMap(([name, value]) => [name, header(name, value)])
  writeHead(outgoing, { ...head, headers })
  await new Promise<void>((resolve, reject) => {
    const ended = (error: NodeJS.ErrnoException | null | undefined) => (error ? reject(error) : resolve())
    if (edits) pipeline(body, passage.editor(head.status), outgoing, ended)
    else pipeline(body, outgoing, ended)
  })
}

const lengthHeader: ReadonlySet<string> = new Set(['content-length'])

/** Node adds only what belongs to the connection; what nova says that no header may hold is nova's fault. */
function writeHead(outgoing: ServerResponse, head: Omit<WholeAnswer, 'body'> & { readonly headers: string[] }): void {
  outgoing.sendDate = false
  try {
    outgoing.writeHead(head.status, head.statusText, head.headers)
  } catch (error) {
    throw new GleanerError('front-garbled', { service: 'nova', detail: (error as Error).message }, { cause: error })
  }
}
