// The desktops as they are shown, join tokens, and the end of a desktop's right to speak.
import { forecastAvailability, lentUntil, nearestName, presenceOf, unheededDesktops } from '@gleaner/engine'
import {
  type CloudId,
  cloudId,
  type Desktop,
  type DesktopForecastView,
  type DesktopView,
  type endpoints,
  GleanerError,
  type Host,
  type PhaseChange,
  parseDurationMs,
} from '@gleaner/model'
import type { Application } from '../../application.ts'
import { hashSecret } from '../../auth/token-secret.ts'
import { newJoinSecret } from '../../desktops/join-secret.ts'
import { limitsOf } from '../../desktops/lending-book.ts'
import type { Handler } from '../handler.ts'
import { only } from '../view/only.ts'
import { timeText } from '../view/time-text.ts'
import { verdictView } from '../view/verdict-view.ts'
import type { WorldIndex } from '../view/world-index.ts'

const hourMs = 3_600_000
const weekMs = 7 * 24 * hourMs
const longestLifetimeMs = 30 * 24 * hourMs
const shownPhases = 50
/** What is older counts for a sixth by then. */
const learntWeeks = 8

export const listDesktops: Handler<typeof endpoints.listDesktops> = async ({ app, world, sight }) => {
  const index = world()
  const desktops = await app.store.desktops.list()
  const unheeded = unheededDesktops(lending(desktops), index.hosts)
  const items = desktops.map((each) => desktopView(each, { app, index, unheeded, whole: sight.all }))
  return {
    now: timeText(app.clock.nowMs()),
    items,
    lendable: items.filter(({ lendable }) => lendable).length,
    lentHours: items.reduce((sum, { lentHours }) => sum + lentHours, 0),
    interruptions: items.reduce((sum, { interruptions }) => sum + interruptions, 0),
  }
}

export const getDesktop: Handler<typeof endpoints.getDesktop> = async ({ app, params, world, sight }) => {
  const desktop = await found(app, params.id)
  const index = world()
  const unheeded = unheededDesktops(lending(await app.store.desktops.list()), index.hosts)
  const nowMs = app.clock.nowMs()
  const phases = await app.store.desktops.phases(desktop.id, { sinceMs: nowMs - learntWeeks * weekMs, limit: 20_000 })
  const { joinedAtMs, keyUntilMs, revokedAtMs, revokedBy, word, lostChanges } = desktop
  return {
    ...desktopView(desktop, { app, index, unheeded, whole: sight.all }),
    joinedAt: timeText(joinedAtMs),
    ...only('keyUntil', keyUntilMs === undefined ? undefined : timeText(keyUntilMs)),
    ...only('revokedAt', revokedAtMs === undefined ? undefined : timeText(revokedAtMs)),
    ...only('revokedBy', revokedBy),
    ...only('version', word?.version),
    ...only('slowestPauseMs', word?.slowestPauseMs),
    lostChanges,
    ...only('forecast', sight.all ? forecastView(desktop, phases, app) : undefined),
    phases: sight.all
      ? phases
          .slice(0, shownPhases)
          .map(({ atMs, phase, verdict }) => ({ at: timeText(atMs), phase, reason: verdictView(verdict) }))
      : [],
  }
}

export const createJoinToken: Handler<typeof endpoints.createJoinToken> = async ({ app, body, caller, wallClock }) => {
  const lifetimeMs = body.lifetime === undefined ? hourMs : (parseDurationMs(body.lifetime) ?? 0)
  if (!(lifetimeMs > 0 && lifetimeMs <= longestLifetimeMs))
    throw new GleanerError('request-invalid', {
      detail: `A join token lives for up to 30d; "${body.lifetime}" is not within that.`,
    })
  if (body.cloud !== undefined && !app.clouds.has(cloudId(body.cloud)))
    throw new GleanerError('not-found', { object: `The cloud "${body.cloud}"` })
  const token = newJoinSecret()
  const nowMs = wallClock.nowMs()
  const grant = await app.store.desktops.createJoinToken(
    {
      hostName: body.host,
      cloudId: body.cloud === undefined ? undefined : cloudId(body.cloud),
      pool: body.pool ?? 'desktops',
      lends: body.reportsOnly !== true,
      createdAtMs: nowMs,
      createdBy: caller.name,
      expiresAtMs: nowMs + lifetimeMs,
    },
    hashSecret(token),
  )
  const expiresAt = timeText(grant.expiresAtMs)
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'create join token',
    object: grant.hostName,
    before: null,
    after: { id: grant.id, pool: grant.pool, lends: grant.lends, expiresAt },
  })
  const hint = hostHint(app, grant.hostName, grant.cloudId)
  return { token, host: grant.hostName, pool: grant.pool, expiresAt, ...only('hint', hint) }
}

/** A desktop may join before its cloud shows it; a name that is wrong by a letter would be noticed by nobody. */
function hostHint(app: Application, name: string, wanted: CloudId | undefined): string | undefined {
  const clouds = wanted === undefined ? [...app.clouds.keys()] : [wanted]
  const hostsOf = (id: CloudId) => app.state.clouds.get(id)?.snapshot?.hosts ?? []
  const having = clouds.filter((id) => hostsOf(id).some((host) => host.name === name))
  if (having.length > 1)
    return `${having.join(', ')} have a host "${name}" each: name one with --cloud, or it cannot be told which is meant.`
  if (having.length === 1) return undefined
  const unread = clouds.filter((id) => app.state.clouds.get(id)?.snapshot === undefined)
  if (unread.length > 0)
    return `${unread.join(', ')} ${unread.length === 1 ? 'was' : 'were'} not read yet: whether there is a host "${name}" is not known.`
  const near = nearestName(
    name,
    clouds.flatMap((id) => hostsOf(id).map((host) => host.name)),
  )
  const shows = wanted === undefined ? `No cloud shows a host "${name}".` : `${wanted} shows no host "${name}".`
  return `${shows}${near === undefined ? '' : ` Is "${near}" meant?`} The token is good all the same: what joins with it counts once a cloud shows it.`
}

export const revokeDesktop: Handler<typeof endpoints.revokeDesktop> = async ({ app, params, caller }) => {
  const desktop = await found(app, params.id)
  if (desktop.keyUntilMs === undefined)
    throw new GleanerError(
      'conflict',
      { detail: 'Its cloud speaks for this desktop; there is no key to end.' },
      { remedy: 'End it in the cloud that speaks for it.' },
    )
  await app.desktops.revoke(desktop.id, caller.name)
  await app.store.audit.append({
    atMs: app.clock.nowMs(),
    by: caller.name,
    from: caller.from,
    what: 'revoke desktop',
    object: desktop.hostName,
    before: { id: desktop.id },
    after: null,
  })
}

/** Until where the last word of its agent can be believed. */
function forecastView(
  { lastBeatMs }: Desktop,
  newestFirst: readonly PhaseChange[],
  { clock, config }: Application,
): DesktopForecastView | undefined {
  if (lastBeatMs === undefined) return undefined
  const untilMs = Math.min(clock.nowMs(), lastBeatMs + limitsOf(config.opportunism, clock).contractMs)
  const { hours, learntHours, accuracy } = forecastAvailability(newestFirst.toReversed(), untilMs)
  return hours === undefined ? undefined : { hours: [...hours], learntHours, ...only('accuracy', accuracy) }
}

async function found(app: Application, id: string): Promise<Desktop> {
  const desktop = await app.store.desktops.find(id)
  if (desktop !== undefined) return desktop
  const object = `The desktop "${id.slice(0, 100)}"`
  const named = (await app.store.desktops.list()).filter(({ hostName }) => hostName === id)
  if (named.length === 0) throw new GleanerError('not-found', { object })
  const ids = named.map((each) => `${each.id} of ${each.cloudId ?? 'whichever cloud has it'}`)
  throw new GleanerError('ambiguous', { object, detail: `${ids.join(', ')} have that name` })
}

/** Those of a host that lends nothing are never asked for it. */
function lending(desktops: readonly Desktop[]): readonly Desktop[] {
  return desktops.filter(({ lends }) => lends)
}

interface Seen {
  readonly app: Application
  readonly index: WorldIndex
  readonly unheeded: ReturnType<typeof unheededDesktops>
  /** Who sees only some projects learns whether a desktop lends, and not what its user does. */
  readonly whole: boolean
}

function desktopView(desktop: Desktop, { app, index, unheeded, whole }: Seen): DesktopView {
  const nowMs = app.clock.nowMs()
  const limits = limitsOf(app.config.opportunism, app.clock)
  const { contractMs } = limits
  const { standing = 'silent', lendable, verdict, sinceMs } = presenceOf(desktop, nowMs, limits)
  const host = hostOf(desktop, index)
  // What its user does comes before: only where guests could come it matters that none will.
  const bar = lendable ? unheeded.get(desktop.id) : undefined
  return {
    id: desktop.id,
    host: desktop.hostName,
    pool: desktop.pool,
    lends: desktop.lends,
    ...only('hostId', host?.id),
    ...only('cloud', host?.cloudId),
    standing,
    lendable: lendable && desktop.lends && bar === undefined,
    ...only('reason', whole ? verdictView(bar ?? verdict) : undefined),
    since: timeText(sinceMs),
    ...only('lastBeat', desktop.lastBeatMs === undefined ? undefined : timeText(desktop.lastBeatMs)),
    guests: desktop.word?.guests ?? { running: 0, paused: 0 },
    lentHours: lentUntil(desktop, { nowMs, contractMs }) / hourMs,
    interruptions: desktop.interruptions,
  }
}

/** The host it is; undefined while no cloud, or more than one, has a host of that name. */
function hostOf({ hostName, cloudId: cloud }: Desktop, index: WorldIndex): Host | undefined {
  const hosts = index.hosts.filter((host) => host.name === hostName && (cloud === undefined || host.cloudId === cloud))
  return hosts.length === 1 ? hosts[0] : undefined
}
