// POST /servers. The wish to be preemptible is read, checked and taken out; nova gets it as the mark it can keep. A firm
// server is made room for where there is none. Once sent, the call is seen through to its answer, also when the client
// goes: what was begun is known to be done or not. Nothing is ever sent twice.
import { GleanerError } from '@gleaner/model'
import type { Handover } from './handover.ts'
import type { ServerRoute } from './classify-request.ts'
import {
  type CreateDocument,
  type Wish,
  bodyForNova,
  leaseIn,
  readCreate,
  wishOf,
  wishWithFlavor,
  withinLease,
} from './create-document.ts'
import { createInLease } from './create-in-lease.ts'
import type { Flavor, Flavors } from './flavors.ts'
import type { FrontCounter } from './front-figures.ts'
import type { LateTags } from './late-tags.ts'
import { serverIdIn } from './server-id.ts'
import { reaches, tagsAtCreateMinor } from './microversion.ts'
import { type RoomOutcome, type RoomParts, roomForCreate } from './room-for-create.ts'
import { createInRoom } from './create-in-room.ts'
import { keepQuota } from './quota-for-create.ts'
import type { UnreadCreate } from '../../preemption/unread-creates.ts'
import { readBody } from './read-body.ts'
import { passWhole } from './relay.ts'
import type { Upstream, WholeAnswer } from './upstream.ts'
import { type Visit, passing } from './visit.ts'

export interface CreateParts {
  readonly nova: Upstream
  readonly flavors: Flavors
  readonly handover: Handover
  readonly lateTags: LateTags
  readonly counter: FrontCounter
  readonly room: RoomParts
  /** Fires when the front closes: what was sent to nova is waited for until then. */
  readonly closing: AbortSignal
  /** Told of every preemptible server that nova accepted. */
  readonly madePreemptible: (made: MadePreemptible) => void
  readonly inBackground: (work: Promise<void>) => void
}

export interface MadePreemptible {
  readonly visit: Visit
  /** Undefined when nova's answer does not say (several at once, by reservation). */
  readonly serverId: string | undefined
  readonly name: string
  readonly wish: Wish
  readonly taggedAtOnce: boolean
}

type CreateRoute = ServerRoute & { readonly target: string }

/** Resolves with the status that was passed on. */
export async function createServer(parts: CreateParts, route: CreateRoute, visit: Visit): Promise<number> {
  const body = await readBody(visit.incoming)
  const document = readCreate(body)
  const answer =
    document === undefined
      ? await send(parts, { body, route, visit })
      : await createFrom(parts, { body, document, route, visit })
  await passWhole(answer, { outgoing: visit.outgoing, ...passing(visit) })
  return answer.status
}

interface Create {
  readonly body: Buffer
  readonly document: CreateDocument
  readonly route: CreateRoute
  readonly visit: Visit
}

async function createFrom(parts: CreateParts, create: Create): Promise<WholeAnswer> {
  const { document, route, visit } = create
  const said = wishOf(document)
  const flavor = said.preemptible ? undefined : await flavorOf(parts, document, visit)
  const wish = flavor === undefined ? said : wishWithFlavor(said, flavor.extraSpecs)
  const takesTags = !route.legacy && reaches(visit.version, tagsAtCreateMinor)
  const sent = { ...create, body: bodyForNova(document, wish, { takesTags }) ?? create.body }
  const lease = leaseIn(document)
  if (lease !== undefined) return createLeased(parts, sent, { lease, wish, flavor })
  if (!wish.preemptible) return createFirm(parts, sent, flavor)
  const counted = await keepQuota(parts.room, {
    document,
    visit,
    flavor: async () => flavor ?? (await flavorOf(parts, document, visit)),
  })
  parts.counter.created('preemptible')
  const answer = await sendCounted(parts, sent, counted)
  if (answer.status === 202) {
    const serverId = serverIdIn(answer)
    if (!takesTags && serverId !== undefined) parts.lateTags.tag(serverId, visit.calls)
    parts.madePreemptible({ visit, serverId, name: String(document.server['name']), wish, taggedAtOnce: takesTags })
  }
  return answer
}

async function sendCounted(
  parts: CreateParts,
  posting: Posting,
  counted: UnreadCreate | undefined,
): Promise<WholeAnswer> {
  const { unread, app } = parts.room
  let isRefused = false
  try {
    const answer = await send(parts, posting)
    isRefused = answer.status >= 400 && answer.status < 500
    return answer
  } finally {
    if (counted !== undefined && isRefused) unread.refused(counted)
    else if (counted !== undefined) unread.mayBeThere(counted, app.clock.nowMs())
  }
}

interface Leased {
  readonly lease: string
  readonly wish: Wish
  readonly flavor: Flavor | undefined
}

/** In its own lease nobody has to leave. */
async function createLeased(parts: CreateParts, sent: Create, { lease, wish, flavor }: Leased): Promise<WholeAnswer> {
  const { document, visit } = sent
  if (wish.preemptible)
    throw new GleanerError('front-request-invalid', { detail: 'In a lease no server is preemptible' })
  if (flavor === undefined) throw new GleanerError('front-request-invalid', { detail: 'The flavor could not be found' })
  parts.counter.created('firm leased')
  const into = (id: string) => Buffer.from(JSON.stringify(withinLease(document, id)))
  return createInLease(parts, {
    document,
    lease,
    flavor,
    visit,
    post: (id) => post(parts, { ...sent, body: into(id) }),
  })
}

/** A flavor nova does not show is one it will refuse: nothing to make room for. */
async function createFirm(parts: CreateParts, sent: Create, flavor: Flavor | undefined): Promise<WholeAnswer> {
  const { document, visit } = sent
  const outcome: RoomOutcome =
    flavor === undefined ? { word: 'objection' } : await roomForCreate(parts.room, { document, flavor, visit })
  parts.counter.created(`firm ${outcome.word}`)
  if (outcome.room === undefined) return send(parts, sent)
  return createInRoom(parts, outcome.room, { visit, post: () => post(parts, sent), send: () => send(parts, sent) })
}

/** Undefined where nova would not find it either: it says so itself, when it gets the request. */
async function flavorOf(
  { flavors }: CreateParts,
  { server }: CreateDocument,
  { calls, ended }: Visit,
): Promise<Flavor | undefined> {
  const reference = server['flavorRef']
  if (typeof reference !== 'string' && typeof reference !== 'number') return undefined
  // An id, or a link that ends with it.
  const id = String(reference).split('/').at(-1) ?? ''
  if (id === '') return undefined
  return flavors.find(id, calls, ended)
}

type Posting = Pick<Create, 'body' | 'route' | 'visit'>

/** Not while a room is being handed over to somebody else. */
async function send(parts: CreateParts, posting: Posting): Promise<WholeAnswer> {
  await parts.handover.pass(posting.visit.ended)
  return post(parts, posting)
}

function post({ nova, closing }: CreateParts, { body, route, visit }: Posting): Promise<WholeAnswer> {
  const headers = [...visit.headers, 'Content-Length', String(body.length)]
  return nova.call({ method: 'POST', path: route.target, headers }, body, closing)
}
