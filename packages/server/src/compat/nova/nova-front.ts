// The Nova-compatible front: takes what comes below /compute, passes it to nova with the caller's own token, and adds what
// nova lacks: preemptible servers, and room for firm ones. It holds no power of its own: without a token that nova
// accepts nothing can be done here that could not be done at nova.
import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GleanerError, describeError, instanceId } from '@gleaner/model'
import type { Application } from '../../application.ts'
import type { FrontSettings } from '../../config/front.ts'
import { UnreadCreates } from '../../preemption/unread-creates.ts'
import { type FrontRequest, classifyRequest } from './classify-request.ts'
import { createServer, type CreateParts } from './create-server.ts'
import { Flavors } from './flavors.ts'
import { frontAddress } from './front-address.ts'
import { FrontCounter, type FrontFigures } from './front-figures.ts'
import { Handover } from './handover.ts'
import { LateTags } from './late-tags.ts'
import { novaAddresses } from './nova-addresses.ts'
import { answerFault } from './nova-fault.ts'
import { noteCreated } from './note-created.ts'
import { passOn } from './pass-on.ts'
import { cameThroughFront } from './raw-headers.ts'
import { ClientGone } from './relay.ts'
import { Upstream } from './upstream.ts'
import { visitOf } from './visit.ts'

/** A room that was handed over counts as taken after this time, whether or not the server was seen to be placed. */
const longestHandoverMs = 15_000

export class NovaFront {
  readonly #app: Application
  readonly #settings: FrontSettings
  readonly #nova: Upstream
  readonly #keystone: Upstream
  readonly #novaAddresses: readonly string[]
  readonly #counter = new FrontCounter()
  readonly #lateTags: LateTags
  readonly #create: CreateParts
  readonly #closing = new AbortController()
  readonly #visits = new Set<AbortController>()
  /** Work that outlives its request. */
  readonly #background = new Set<Promise<void>>()

  constructor(app: Application, settings: FrontSettings) {
    const { upstream, identity, ca, silenceMs } = settings
    this.#app = app
    this.#settings = settings
    this.#nova = new Upstream({ name: 'nova', url: upstream, ca, silenceMs })
    this.#keystone = new Upstream({ name: 'keystone', url: identity, ca, silenceMs })
    this.#novaAddresses = novaAddresses(this.#nova.address, settings.alsoAddressed)
    // One listener per create under way.
    setMaxListeners(0, this.#closing.signal)
    this.#lateTags = new LateTags(app.clock, (outcome) => this.#counter.tagged(outcome))
    this.#create = {
      nova: this.#nova,
      flavors: new Flavors(app.clock),
      handover: new Handover(app.clock, longestHandoverMs),
      lateTags: this.#lateTags,
      counter: this.#counter,
      closing: this.#closing.signal,
      room: { app, settings, keystone: this.#keystone, counter: this.#counter, unread: new UnreadCreates() },
      inBackground: (work) => this.#inBackground(work),
      madePreemptible: (made) => this.#inBackground(noteCreated({ app, keystone: this.#keystone, settings }, made)),
    }
  }

  get figures(): FrontFigures {
    return this.#counter
  }

  /** Answers the request, whatever becomes of it; never rejects. */
  readonly handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const asked = classifyRequest(incoming.method ?? '', incoming.url ?? '')
    this.#counter.open += 1
    outgoing.once('close', () => (this.#counter.open -= 1))
    void this.#serve(asked, incoming, outgoing).then((outcome) => this.#counter.ended(asked.kind, outcome))
  }

  async close(): Promise<void> {
    const reason = new GleanerError('not-ready', { detail: 'it is being stopped' })
    for (const visit of this.#visits) visit.abort(reason)
    this.#closing.abort(reason)
    await Promise.all([this.#lateTags.close(), ...this.#background])
    this.#nova.close()
    this.#keystone.close()
  }

  /** How it ended: 2xx, 4xx, …, gone (the client left), fault (the front itself answered). */
  async #serve(asked: FrontRequest, incoming: IncomingMessage, outgoing: ServerResponse): Promise<string> {
    try {
      const status = await this.#answer(asked, incoming, outgoing)
      return `${Math.floor(status / 100)}xx`
    } catch (error) {
      if (error instanceof ClientGone) {
        outgoing.destroy()
        return 'gone'
      }
      this.#failed(asked, error, outgoing)
      return 'fault'
    }
  }

  async #answer(asked: FrontRequest, incoming: IncomingMessage, outgoing: ServerResponse): Promise<number> {
    const { maxRequests } = this.#settings
    if (this.#counter.open > maxRequests)
      throw new GleanerError('front-busy', { open: this.#counter.open - 1, limit: `at most ${maxRequests}` })
    if (asked.kind === 'refused')
      throw new GleanerError('front-request-invalid', { detail: 'The path leaves the compute API' })
    if (cameThroughFront(incoming.rawHeaders)) throw new GleanerError('front-loop')
    const links = { from: this.#novaAddresses, to: frontAddress(incoming, this.#settings) }
    const visit = visitOf(incoming, outgoing, { nova: this.#nova, links, open: this.#visits })
    if (asked.kind === 'create') return createServer(this.#create, asked, visit)
    return passOn({ nova: this.#nova, holdsPreemptible: (id) => this.#holdsPreemptible(id) }, asked, visit)
  }

  #inBackground(work: Promise<void>): void {
    this.#background.add(work)
    void work.finally(() => this.#background.delete(work))
  }

  #holdsPreemptible(serverId: string): boolean {
    const { cloudId } = this.#settings
    const snapshot = this.#app.state.clouds.get(cloudId)?.snapshot
    return snapshot?.instanceById.get(instanceId(cloudId, serverId))?.firmness === 'preemptible'
  }

  #failed(asked: FrontRequest, thrown: unknown, outgoing: ServerResponse): void {
    const known = thrown instanceof GleanerError
    const error = known ? thrown : new GleanerError('internal', { detail: 'the front' }, { cause: thrown })
    if (error.code === 'internal')
      this.#app.log.error(
        { cause: describeError(thrown), stack: (thrown as Error).stack },
        `front: ${asked.kind} failed`,
      )
    else if (error.status >= 500) this.#app.log.warn({ cause: describeError(error) }, `front: ${asked.kind} failed`)
    answerFault(outgoing, error)
  }
}
