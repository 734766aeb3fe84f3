// Desktops from end to end: the agent's program, joined to a server with PostgreSQL, over a real connection.
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { type BeatRequest, desktopHeader, signatureHeader, signedText } from '@gleaner/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { realClock } from '../clock/real-clock.ts'
import { startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ clock: realClock, config: 'anonymous: administrator\n' })
}, 120_000)
afterAll(() => server?.stop())

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' }).toString('base64')

async function post(
  path: string,
  desktop: string,
  how: { readonly key: KeyObject; readonly body: unknown; readonly sent?: unknown },
) {
  const body = JSON.stringify(how.body)
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  const text = signedText({ method: 'POST', path, desktop, bodySha256 })
  const key = {
    key: createPrivateKey(how.key.export({ type: 'pkcs8', format: 'pem' })),
    dsaEncoding: 'ieee-p1363',
  } as const
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [desktopHeader]: desktop,
      [signatureHeader]: sign('sha256', Buffer.from(text), key).toString('base64url'),
    },
    body: how.sent === undefined ? body : JSON.stringify(how.sent),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function joinToken(host: string): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/desktops/join-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ host, pool: 'offices', lifetime: '1h' }),
  })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { token: string }).token
}

async function joined(host: string) {
  const { privateKey, publicKey } = newKeys()
  const token = await joinToken(host)
  const body = { token, key: spki(publicKey), version: 'test' }
  const answer = await post('/api/agent/v1/join', 'join', { key: privateKey, body })
  expect(answer.status).toBe(200)
  return { key: privateKey, id: String(answer.body['desktop']), sequence: Number(answer.body['sequence']), token, body }
}

const beatOf = (sequence: number, more: Partial<BeatRequest> = {}): BeatRequest => ({
  sequence,
  version: 'test',
  phase: 'lendable',
  phaseForMs: 1000,
  verdict: { code: 'lendable', sentence: 'Nobody is there: guests may come.', facts: {} },
  guests: { running: 0, paused: 0 },
  slowestPauseMs: 0,
  changes: [],
  lostChanges: 0,
  ...more,
})
const beats = '/api/agent/v1/beats'
const one = async (host: string) =>
  (await (await fetch(`${server.url}/api/v1/desktops/${host}`)).json()) as Record<string, unknown>

it('a token counts once, and only with the key that signs', async () => {
  const first = await joined('desk-once')
  const again = await post('/api/agent/v1/join', 'join', { key: first.key, body: first.body })
  expect([again.status, again.body['code']]).toEqual([403, 'join-refused'])
  const token = await joinToken('desk-key')
  const mine = newKeys()
  const other = newKeys()
  const body = { token, key: spki(other.publicKey), version: 'test' }
  const stolen = await post('/api/agent/v1/join', 'join', { key: mine.privateKey, body })
  expect([stolen.status, stolen.body['code']]).toEqual([403, 'desktop-refused'])
  // The token is not used up by that.
  expect((await post('/api/agent/v1/join', 'join', { key: other.privateKey, body })).status).toBe(200)
})

it('a beat brings a lend contract, and the desktop is lendable; the same beat again is refused, and so is an older one', async () => {
  const { key, id } = await joined('desk-beats')
  expect(await one('desk-beats')).toMatchObject({
    standing: 'silent',
    lendable: false,
    reason: { code: 'desktop-silent' },
  })
  const answer = await post(beats, id, { key, body: beatOf(10) })
  expect(answer).toMatchObject({
    status: 200,
    body: { contractForMs: 60_000, nextBeatMs: 15_000, renew: false, changesTaken: 0 },
  })
  // Guests come to a host of a cloud, whatever the agent of a machine says that none has.
  expect(await one('desk-beats')).toMatchObject({
    standing: 'lendable',
    lendable: false,
    reason: { code: 'desktop-unjoined', sentence: 'No cloud has a host desk-beats: no guests come.' },
    pool: 'offices',
  })
  for (const sequence of [10, 9]) {
    const replayed = await post(beats, id, { key, body: beatOf(sequence, { phase: 'in-use' }) })
    expect([replayed.status, replayed.body['code']]).toEqual([409, 'beat-replayed'])
  }
  expect(await one('desk-beats')).toMatchObject({ standing: 'lendable' })
})

it('what was changed on its way, or signed by somebody else, is refused', async () => {
  const { key, id } = await joined('desk-forged')
  const changed = await post(beats, id, { key, body: beatOf(1, { phase: 'in-use' }), sent: beatOf(1) })
  const foreign = await post(beats, id, { key: newKeys().privateKey, body: beatOf(1) })
  const other = await joined('desk-other')
  const crossed = await post(beats, other.id, { key, body: beatOf(1) })
  for (const answer of [changed, foreign, crossed])
    expect([answer.status, answer.body['code']]).toEqual([403, 'desktop-refused'])
  expect(await one('desk-forged')).toMatchObject({ standing: 'silent' })
})

it('a new key counts from the first beat that it signs, and the old one no more', async () => {
  const { key, id } = await joined('desk-renews')
  const next = newKeys()
  const nextKey = spki(next.publicKey)
  expect((await post(beats, id, { key, body: beatOf(1, { nextKey }) })).status).toBe(200)
  expect((await post(beats, id, { key, body: beatOf(2) })).status).toBe(200)
  expect((await post(beats, id, { key: next.privateKey, body: beatOf(3) })).status).toBe(200)
  expect((await post(beats, id, { key, body: beatOf(4) })).status).toBe(403)
  expect((await post(beats, id, { key: next.privateKey, body: beatOf(5) })).status).toBe(200)
})

it('a revoked desktop is refused at its next beat, until it joins anew with a new token', async () => {
  const { key, id } = await joined('desk-revoked')
  expect((await post(beats, id, { key, body: beatOf(1) })).status).toBe(200)
  const ended = await fetch(`${server.url}/api/v1/desktops/desk-revoked`, {
    method: 'DELETE',
    headers: { origin: server.url },
  })
  expect(ended.status).toBe(204)
  expect((await post(beats, id, { key, body: beatOf(2) })).status).toBe(403)
  expect(await one('desk-revoked')).toMatchObject({ standing: 'revoked', lendable: false })
  const anew = await joined('desk-revoked')
  expect(anew.id).toBe(id)
  expect((await post(beats, id, { key: anew.key, body: beatOf(1) })).status).toBe(200)
  expect((await post(beats, id, { key, body: beatOf(2) })).status).toBe(403)
})

it('a name that two desktops have is refused with their ids, by each of which one is found', async () => {
  const { id } = await joined('desk-twice')
  const cloud = server.cloud.id
  const other = await server.app.store.desktops.appear({ hostName: 'desk-twice', cloudId: cloud, pool: 'p', nowMs: 1 })
  expect(await one('desk-twice')).toMatchObject({
    code: 'ambiguous',
    detail: expect.stringContaining(`${other.id} of ${cloud}`) as string,
  })
  expect(await one(id)).toMatchObject({ pool: 'offices' })
  expect(await one(other.id)).toMatchObject({ pool: 'p' })
})

it('guests can come to the host of one agent, not while two speak for it, and again when one of them is revoked', async () => {
  const name = await server.until(
    'a host',
    () => server.app.state.clouds.get(server.cloud.id)?.snapshot?.hosts[0]?.name,
  )
  const lendable = async () => {
    const ask = async (path: string) => (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as object
    const [list, status] = await Promise.all([ask('desktops'), ask('status')])
    return [list, 'desktops' in status ? status.desktops : undefined].map(
      (each) => (each as { lendable: number }).lendable,
    )
  }
  const { key, id } = await joined(name)
  expect((await post(beats, id, { key, body: beatOf(1) })).status).toBe(200)
  expect(await one(id)).toMatchObject({ lendable: true, reason: { code: 'lendable' } })
  expect(await lendable()).toEqual([1, 1])
  const { desktops } = server.app.store
  const other = await desktops.appear({ hostName: name, cloudId: server.cloud.id, pool: 'p', nowMs: 1 })
  expect(await one(id)).toMatchObject({ standing: 'lendable', lendable: false, reason: { code: 'desktop-unjoined' } })
  expect(await lendable()).toEqual([0, 0])
  await desktops.revoke(other.id, 'olga', server.clock.nowMs())
  expect(await lendable()).toEqual([1, 1])
})

it('hours and interruptions follow from the changes that a beat brings', async () => {
  const { key, id } = await joined('desk-hours')
  const verdict = { code: 'lent', sentence: 'Lent.', facts: {} } as const
  expect((await post(beats, id, { key, body: beatOf(1, { phase: 'lent', verdict, phaseForMs: 0 }) })).status).toBe(200)
  const changes: BeatRequest['changes'] = [
    { agoMs: 0, phase: 'reclaiming', verdict: { code: 'user-input', sentence: 'keyboard: typed.', facts: {} } },
  ]
  const back = beatOf(2, {
    phase: 'reclaiming',
    verdict: { code: 'user-input', sentence: 'keyboard: typed.', facts: {} },
    phaseForMs: 0,
    changes,
  })
  expect((await post(beats, id, { key, body: back })).status).toBe(200)
  expect(await one('desk-hours')).toMatchObject({
    interruptions: 1,
    standing: 'reclaiming',
    lendable: false,
    reason: { code: 'user-input' },
    phases: [{ phase: 'reclaiming' }, { phase: 'lent' }],
  })
})

it('a change that is told again counts once, and joining anew neither counts it twice nor loses the next', async () => {
  const { key, id } = await joined('desk-again')
  const change = (number: number, phase: BeatRequest['phase']) => {
    const verdict = { code: 'user-input', sentence: `${phase}.`, facts: {} } as const
    return { number, agoMs: 0, phase, verdict }
  }
  const first = [change(5, 'lent'), change(6, 'in-use')]
  const told = await post(beats, id, { key, body: beatOf(10, { phase: 'in-use', changes: first }) })
  expect(told).toMatchObject({ status: 200, body: { changesTaken: 6 } })
  // Its answer was lost on the way: all of it comes once more, and what happened since.
  const more = [...first, change(7, 'lent'), change(8, 'in-use')]
  const again = await post(beats, id, { key, body: beatOf(11, { phase: 'in-use', changes: more }) })
  expect(again).toMatchObject({ status: 200, body: { changesTaken: 8 } })
  const phases = ['in-use', 'lent', 'in-use', 'lent'].map((phase) => ({ phase }))
  expect(await one('desk-again')).toMatchObject({ interruptions: 2, phases })

  const anew = await joined('desk-again')
  expect([anew.id, anew.sequence]).toEqual([id, 8])
  const rest = [...more, change(9, 'lent'), change(10, 'in-use')]
  const last = await post(beats, id, { key: anew.key, body: beatOf(12, { phase: 'in-use', changes: rest }) })
  expect(last).toMatchObject({ status: 200, body: { changesTaken: 10 } })
  const all = [{ phase: 'in-use' }, { phase: 'lent' }, ...phases]
  expect(await one('desk-again')).toMatchObject({ interruptions: 3, phases: all })
})

it('a number that was made up to leave none above it is forgotten when the desktop joins anew', async () => {
  const { key, id } = await joined('desk-shut')
  const verdict = { code: 'user-input', sentence: 'keyboard: typed.', facts: {} } as const
  const change = (number: number) => ({ number, agoMs: 0, phase: 'in-use', verdict }) as const
  const most = Number.MAX_SAFE_INTEGER
  const shut = await post(beats, id, { key, body: beatOf(most, { phase: 'in-use', changes: [change(most)] }) })
  expect(shut).toMatchObject({ status: 200, body: { changesTaken: most } })
  const anew = await joined('desk-shut')
  expect(anew.sequence).toBe(0)
  const first = await post(beats, id, { key: anew.key, body: beatOf(1, { phase: 'in-use', changes: [change(1)] }) })
  expect(first).toMatchObject({ status: 200, body: { changesTaken: 1 } })
})

it('numbers that are none are refused', async () => {
  const { key, id } = await joined('desk-odd')
  const verdict = { code: 'user-input', sentence: 'keyboard: typed.', facts: {} } as const
  for (const number of [0, -1, 1.5, 2 ** 53]) {
    const changes = [{ number, agoMs: 0, phase: 'in-use', verdict } as const]
    const answer = await post(beats, id, { key, body: beatOf(1, { phase: 'in-use', changes }) })
    expect([answer.status, answer.body['code']]).toEqual([400, 'request-invalid'])
  }
  expect(await one('desk-odd')).toMatchObject({ standing: 'silent' })
})
