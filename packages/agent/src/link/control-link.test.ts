// The agent's line with a control plane that counts as the real one does and loses answers on purpose, over real connections.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { foldBeat } from '@gleaner/engine'
import type { BeatRequest, Desktop, LendingPhase, Verdict } from '@gleaner/model'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChangeBuffer } from './change-buffer.ts'
import { ControlLink } from './control-link.ts'
import { readLink, writeLink } from './link-file.ts'
import { newKey } from './signed-post.ts'

const verdict: Verdict = { code: 'user-input', sentence: 'keyboard: typed.', facts: {} }
const hourMs = 3_600_000

class FakeControlPlane {
  /** What becomes of the next answers; after them every one arrives. */
  fates: ('arrives' | 'lost' | 'senseless')[] = []
  renew = false
  readonly heard: BeatRequest[] = []
  readonly phases: LendingPhase[] = []
  desktop: Desktop = {
    id: 'dsk_a',
    hostName: 'desk-1',
    cloudId: undefined,
    pool: 'offices',
    lends: true,
    joinedAtMs: 0,
    keyUntilMs: 1e13,
    revokedAtMs: undefined,
    revokedBy: undefined,
    sequence: 0,
    lastBeatMs: undefined,
    word: undefined,
    phaseSinceMs: undefined,
    lentMs: 0,
    interruptions: 0,
    lostChanges: 0,
    changesTaken: 0,
  }
  readonly server: Server = createServer((request, response) => void this.#answer(request, response))

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const beat = JSON.parse(await text(request)) as BeatRequest
    this.heard.push(beat)
    if (beat.sequence <= this.desktop.sequence) {
      response.writeHead(409).end(JSON.stringify({ code: 'beat-replayed' }))
      return
    }
    const { phase, guests, slowestPauseMs, version, sequence, lostChanges } = beat
    const folded = foldBeat(
      this.desktop,
      {
        sequence,
        word: { phase, verdict, guests, slowestPauseMs, version },
        phaseSinceMs: nowMs - beat.phaseForMs,
        changes: beat.changes.map((change) => ({ ...change, atMs: nowMs - change.agoMs })),
        lostChanges,
      },
      { nowMs, contractMs: 60_000 },
    )
    this.desktop = folded.desktop
    this.phases.push(...folded.changes.map((change) => change.phase))
    const fate = this.fates.shift() ?? 'arrives'
    if (fate === 'lost') response.destroy()
    else
      response.end(
        JSON.stringify({
          contractForMs: 60_000,
          nextBeatMs: hourMs,
          keyForMs: hourMs,
          renew: this.renew,
          ...(fate === 'senseless' ? {} : { changesTaken: this.desktop.changesTaken }),
        }),
      )
  }
}

let folder: string
let nowMs: number
let wallMs: number
let phase: LendingPhase
let plane: FakeControlPlane
let links: ControlLink[]

beforeEach(async () => {
  // Beats go out when the test says so, and at no other time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  folder = mkdtempSync(join(tmpdir(), 'gleaner-link-'))
  nowMs = 1_790_000_000_000
  wallMs = nowMs
  phase = 'in-use'
  links = []
  plane = new FakeControlPlane()
  await new Promise<void>((resolve) => plane.server.listen(0, '127.0.0.1', resolve))
  const server = `http://127.0.0.1:${(plane.server.address() as AddressInfo).port}`
  writeLink(file(), { server, desktop: 'dsk_a', host: 'desk-1', pool: 'offices', key: newKey(), sequence: 0 }, false)
})
afterEach(async () => {
  for (const link of links) await link.end()
  vi.useRealTimers()
  plane.server.closeAllConnections()
  await new Promise((resolve) => plane.server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

let reports: BeatRequest['reports']
let power: BeatRequest['power']
afterEach(() => {
  reports = undefined
  power = undefined
})

const file = () => join(folder, 'link.json')
const changes = () => join(folder, 'changes.json')

/** An agent that starts; the one before it speaks no more. */
async function start() {
  for (const link of links.splice(0)) await link.end()
  const reading = readLink(file())
  if (reading.state !== 'joined') throw new Error(reading.state)
  const { desktop, sequence } = reading.link
  const buffer = new ChangeBuffer({ file: changes(), desktop, after: sequence })
  const link = new ControlLink({
    file: file(),
    link: reading.link,
    buffer,
    clocks: () => ({ monoMs: nowMs, bootMs: nowMs, wallMs }),
    say: () => {},
    now: () => ({ answer: { phase, verdict }, phaseForMs: 0, guests: [], slowestPauseMs: 0, power, reports }),
  })
  links.push(link)
  const goes = (to: LendingPhase) => {
    nowMs += 1000
    wallMs += 1000
    phase = to
    link.changed({ phase, verdict })
  }
  return { link, buffer, goes }
}
const told = (nth: number) => plane.heard.at(nth)?.changes.map(({ number }) => number) ?? []

it('sends again under their own numbers the changes of a beat whose answer was lost: they count once', async () => {
  const { link, buffer, goes } = await start()
  plane.fates = ['lost', 'lost']
  goes('lent')
  goes('in-use')
  await link.beat()
  expect(buffer.changes).toHaveLength(2)
  goes('lent')
  await link.beat()
  goes('in-use')
  await link.beat()
  expect(told(0)).toHaveLength(2)
  expect(told(1).slice(0, 2)).toEqual(told(0))
  expect(told(2).slice(0, 3)).toEqual(told(1))
  const sequences = plane.heard.map(({ sequence }) => sequence)
  expect(new Set(sequences).size).toBe(3)
  expect(plane.phases).toEqual(['lent', 'in-use', 'lent', 'in-use'])
  expect(plane.desktop).toMatchObject({ interruptions: 2, lentMs: 2000, changesTaken: told(2).at(-1) })
  expect(buffer.changes).toEqual([])
})

it('that was killed before the answer came tells the same numbers when it starts again', async () => {
  const before = await start()
  plane.fates = ['lost']
  before.goes('lent')
  before.goes('in-use')
  await before.link.beat()
  const { link, buffer, goes } = await start()
  goes('quiet')
  await link.beat()
  expect(told(1).slice(0, 2)).toEqual(told(0))
  expect(plane.phases).toEqual(['lent', 'in-use', 'quiet'])
  expect([plane.desktop.interruptions, buffer.changes]).toEqual([1, []])
})

it('loses no change after its file was lost and the clock was set back', async () => {
  const before = await start()
  before.goes('lent')
  await before.link.beat()
  rmSync(changes())
  wallMs -= 24 * hourMs
  const { link, goes } = await start()
  goes('in-use')
  goes('lent')
  goes('in-use')
  await link.beat()
  expect(plane.phases).toEqual(['lent', 'in-use', 'lent', 'in-use'])
  expect(plane.desktop.interruptions).toBe(2)
})

it('never tells a number above the sequence of its beat, however much happens at once', async () => {
  const { link } = await start()
  for (let nth = 0; nth < 50; nth++) link.changed({ phase: nth % 2 === 0 ? 'lent' : 'in-use', verdict })
  await link.beat()
  expect(plane.heard[0]?.sequence).toBe(told(0).at(-1))
  expect(plane.desktop.interruptions).toBe(25)
})

it('tells its changes with the new key once more, and they count once, whichever of the two answers is lost', async () => {
  const { link, goes } = await start()
  plane.renew = true
  await link.beat()
  for (const fates of [['lost'], ['arrives', 'lost']] as const) {
    plane.fates = [...fates]
    goes('lent')
    goes('in-use')
    await link.beat()
  }
  await link.beat()
  expect(plane.phases).toEqual(['in-use', 'lent', 'in-use', 'lent', 'in-use'])
  expect(plane.desktop.interruptions).toBe(2)
})

it('keeps its changes where the answer does not tell what counts', async () => {
  const { link, buffer, goes } = await start()
  plane.fates = ['senseless']
  goes('lent')
  await link.beat()
  expect([link.standing().fault, buffer.changes.length]).toEqual(['the answer makes no sense', 1])
  await link.beat()
  expect([link.standing().fault, buffer.changes.length]).toEqual([undefined, 0])
  expect(plane.phases).toEqual(['lent'])
})

it('carries what guests reported, and nothing about them where nobody listens', async () => {
  const { link } = await start()
  await link.beat()
  reports = [{ instance: 'web-1', agoMs: 5, everyMs: 15_000, users: 0, idleMs: 60_000 }]
  await link.beat()
  expect(plane.heard.map((beat) => beat.reports)).toEqual([undefined, reports])
})

it('what the processors have counted goes with every beat, where it is to be told', async () => {
  const { link } = await start()
  await link.beat()
  power = { zones: [{ name: 'package-0', counterUj: 12, rangeUj: 100 }] }
  await link.beat()
  power = { zones: [], fault: 'can be read by root only' }
  await link.beat()
  expect(plane.heard.map((beat) => beat.power)).toEqual([
    undefined,
    { zones: [{ name: 'package-0', counterUj: 12, rangeUj: 100 }] },
    { zones: [], fault: 'can be read by root only' },
  ])
})
