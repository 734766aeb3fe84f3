// Where agents of desktops are heard: joining with a token, beats, keys that are renewed. Any replica takes them; that each counts
// once is the store's doing.
//
// A new key counts from the first beat that it signs. Until then the old one does: an answer that was lost on its way locks nobody out.
import {
  type BeatAnswer,
  type BeatRequest,
  type CloudId,
  type Desktop,
  type DesktopWord,
  GleanerError,
  type JoinAnswer,
} from '@gleaner/model'
import { foldBeat } from '@gleaner/engine'
import type { Clock, DesktopKeys, DesktopSpeech, KeyChange, Store } from '@gleaner/ports'
import { hashSecret } from '../auth/token-secret.ts'
import type { OpportunismSettings } from '../config/opportunism.ts'
import type { EventHub } from '../events/hub.ts'
import { readAgentKey } from './agent-signature.ts'
import { heardReport } from './agent-reports.ts'
import { looksLikeJoinSecret } from './join-secret.ts'

export interface DesktopDeskParts {
  readonly store: Store
  readonly clock: Clock
  readonly hub: EventHub
  readonly settings: OpportunismSettings
  /** A desktop became lendable, or is no longer: what follows must not wait for the next cycle. */
  readonly changed: () => void
}

export class DesktopDesk {
  readonly #parts: DesktopDeskParts
  /** Desktops that their cloud speaks for, as they were written last. */
  readonly #heard = new Map<string, Desktop>()

  constructor(parts: DesktopDeskParts) {
    this.#parts = parts
  }

  /** `realMs` is real time: keys and tokens end by it, however fast a simulation runs. */
  async join(
    { token, key }: { readonly token: string; readonly key: Uint8Array },
    realMs: number,
  ): Promise<{ readonly desktop: Desktop; readonly answer: JoinAnswer }> {
    const { store, clock, settings } = this.#parts
    if (readAgentKey(key) === undefined)
      throw new GleanerError('request-invalid', { detail: 'The key is no public key on the curve P-256.' })
    const desktop = looksLikeJoinSecret(token)
      ? await store.desktops.join(hashSecret(token), {
          key,
          keyUntilMs: realMs + settings.keyLifetimeMs,
          realMs,
          nowMs: clock.nowMs(),
        })
      : undefined
    if (desktop === undefined) throw new GleanerError('join-refused')
    const { id, hostName, pool } = desktop
    // The past of the desktop stays, and with it what counts already: whoever has joined goes on above it.
    const sequence = Math.max(desktop.sequence, desktop.changesTaken)
    return { desktop, answer: { desktop: id, host: hostName, pool, keyForMs: settings.keyLifetimeMs, sequence } }
  }

  /** Its guests have no word to stay on any more: that must not wait for the next cycle either. */
  async revoke(id: Desktop['id'], by: string): Promise<void> {
    const { store, clock, hub, changed } = this.#parts
    await store.desktops.revoke(id, by, clock.nowMs())
    hub.tell('desktop')
    changed()
  }

  /** The cloud speaks for a desktop. False: nothing new, and not yet time to say the same once more. */
  async hear(cloud: CloudId, { hostName, pool, word, phaseSinceMs }: DesktopSpeech): Promise<boolean> {
    const { store, clock, hub, settings, changed } = this.#parts
    const nowMs = clock.nowMs()
    const key = `${cloud} ${hostName}`
    const before = this.#heard.get(key) ?? (await store.desktops.appear({ hostName, cloudId: cloud, pool, nowMs }))
    // An agent that has joined speaks for itself.
    if (before.keyUntilMs !== undefined) return false
    const isSame = isSameWord(before.word, word)
    if (isSame && nowMs - (before.lastBeatMs ?? 0) < settings.beatMs * clock.speed) return false
    const sequence = before.sequence + 1
    const folded = foldBeat(
      before,
      { sequence, word, phaseSinceMs, changes: [], lostChanges: 0 },
      { nowMs, contractMs: settings.contractMs * clock.speed },
    )
    const isTaken = await store.desktops.beat(before.sequence, folded)
    // Another replica was first: what it wrote is read again.
    if (isTaken) this.#heard.set(key, folded.desktop)
    else this.#heard.delete(key)
    if (folded.changes.length > 0) {
      hub.tell('desktop')
      changed()
    }
    return isTaken
  }

  /** The beat of a desktop whose signature holds; `by` tells which of its keys signed. */
  async beat(
    { desktop: before, key, nextKey }: DesktopKeys,
    { by, beat, realMs }: { readonly by: 'key' | 'next-key'; readonly beat: BeatRequest; readonly realMs: number },
  ): Promise<BeatAnswer> {
    const { store, clock, hub, settings, changed } = this.#parts
    const offered = beat.nextKey === undefined ? undefined : Buffer.from(beat.nextKey, 'base64')
    if (offered !== undefined && readAgentKey(offered) === undefined)
      throw new GleanerError('request-invalid', { detail: 'The next key is no public key on the curve P-256.' })
    if (beat.sequence <= before.sequence) throw new GleanerError('beat-replayed', { sequence: beat.sequence })
    const nowMs = clock.nowMs()
    // Agents live in real time, also where the clock of a simulation runs faster.
    const ago = (spanMs: number) => nowMs - spanMs * clock.speed
    const { phase, verdict, guests, slowestPauseMs, version, power } = beat
    const folded = foldBeat(
      before,
      {
        sequence: beat.sequence,
        word: { phase, verdict, guests, slowestPauseMs, version, ...(power === undefined ? {} : { power }) },
        phaseSinceMs: ago(beat.phaseForMs),
        changes: beat.changes.map((change) => ({ ...change, atMs: ago(change.agoMs) })),
        lostChanges: beat.lostChanges,
      },
      { nowMs, contractMs: settings.contractMs * clock.speed },
    )
    const promoted = by === 'next-key' && nextKey !== undefined
    const keys: KeyChange = {
      key: promoted ? nextKey : (key ?? new Uint8Array()),
      nextKey: promoted ? undefined : (offered ?? nextKey),
      keyUntilMs: promoted ? realMs + settings.keyLifetimeMs : (before.keyUntilMs ?? realMs),
    }
    const reports = beat.reports?.map((report) => heardReport(report, nowMs, clock.speed)) ?? []
    const taken = await store.desktops.beat(before.sequence, { ...folded, keys, reports })
    if (!taken) throw new GleanerError('beat-replayed', { sequence: beat.sequence })
    if (folded.changes.length > 0) {
      hub.tell('desktop')
      changed()
    }
    const keyForMs = Math.max(0, keys.keyUntilMs - realMs)
    return {
      contractForMs: settings.contractMs,
      nextBeatMs: settings.beatMs,
      keyForMs,
      renew: keyForMs < settings.keyLifetimeMs / 2,
      changesTaken: folded.desktop.changesTaken,
    }
  }
}

function isSameWord(before: DesktopWord | undefined, { phase, guests }: DesktopWord): boolean {
  return before?.phase === phase && before.guests.running === guests.running && before.guests.paused === guests.paused
}
