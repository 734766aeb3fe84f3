// Notices from the decision to a receiver that listens for real: told before and after, in order, once more after a crash,
// never lost while a receiver is away, and nobody held up by it.
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimulatedCloud } from '@gleaner/driver-simulated'
import { type InstanceId, NoticeBody } from '@gleaner/model'
import type { GuestNotice } from '@gleaner/ports'
import { createTestDatabase, runSource } from '@gleaner/store/testing'
import * as Value from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { type Answer, type HookReceiver, openReceiver, type Received } from '../notices/testing/hook-receiver.ts'
import { acceleratedClock } from '../clock/accelerated-clock.ts'
import { type TestServer, startTestServer, testSpeed, testStartMs } from './test-server.ts'

const patient = { timeout: 120_000 }
const secret = 'a secret for the tests'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function receiver(answer?: Answer): Promise<HookReceiver> {
  const made = await openReceiver(answer)
  closing.push(() => made.close())
  return made
}

async function start(config: string): Promise<TestServer> {
  const server = await startTestServer({ config: `${policy}${config}` })
  closing.push(() => server.stop())
  return server
}

const policy = `
policy:
  snapshotMaxAge: 30m
  telemetryMaxAge: 30m
  budgets: { actionsPerMinute: 100, hostShare: 1, projectShare: 1 }
modes: { idleness: enforce }
`
const suspends = `
rules:
  - name: suspend-small-use
    expression: instance.state == "running" && average(cpu, "10m") < 0.5
    action: suspend
    grace: 5m
    mode: enforce
`
const tells = `
rules:
  - { name: runs, expression: 'instance.state == "running"', action: notify, mode: enforce }
`

const bodyOf = ({ body }: Received) => {
  const parsed: unknown = JSON.parse(body)
  expect([...Value.Errors(NoticeBody, parsed)]).toEqual([])
  return parsed as NoticeBody
}

describe('a hook', patient, () => {
  it('of a chat gets a message of the template', async () => {
    const { url, received } = await receiver()
    const server = await start(
      `${tells}notices:\n  webhooks:\n    - { id: room, url: "${url}", chat: slack, template: "{{{kind}} {action} {instance.id}" }\n`,
    )
    const message = await server.until('a message', () => received[0])
    expect(JSON.parse(message.body)).toEqual({ text: expect.stringMatching(/^\{told\} notify sim:/) })
  })

  it('is told what will be done and what came of it, signed', async () => {
    const { url, received } = await receiver()
    const server = await start(
      `${suspends}notices:\n  webhooks:\n    - { id: ops, url: "${url}", secret: ${secret} }\n    - { id: dead, url: "${url}", projects: [nobody] }\n`,
    )
    const done = await server.until('a suspension that is told', () =>
      received.map(bodyOf).find((b) => b.kind === 'done'),
    )
    expect(done.sentence).toMatch(/was suspended \("suspend-small-use"\)/)
    const announced = received.map(bodyOf).find((b) => b.kind === 'announced' && b.instance.id === done.instance.id)
    expect(announced).toMatchObject({
      version: 1,
      capability: 'idleness',
      action: 'suspend',
      cause: 'suspend-small-use',
      reason: { code: 'rule-matched' },
      instance: { id: done.instance.id, name: done.instance.name, cloud: 'sim' },
      proposal: done.proposal,
      decision: null,
      due: expect.any(String),
    })
    expect(Date.parse(announced?.due ?? '') - Date.parse(announced?.at ?? '')).toBe(300_000)
    expect(Date.parse(done.at)).toBeGreaterThanOrEqual(Date.parse(announced?.due ?? ''))
    const project = server.app.state.clouds
      .get(server.cloud.id)
      ?.snapshot?.projects.find(({ id }) => id === done.project.id)
    expect(done.project.name).toBe(project?.name)
    for (const { headers, body } of received) {
      const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', secret).update(signed).digest('base64')}`)
      // Time runs 600 times faster here; the receiver's does not.
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(300)
    }
    const [last] = await server.app.store.notices.forInstance(done.instance.id, 1)
    await server.until('the mark that it was delivered', async () =>
      (await server.app.store.notices.forInstance(done.instance.id, 9)).at(-1)?.sentBy.includes('webhook:ops')
        ? true
        : undefined,
    )
    expect(last?.id).toBe(received.map(bodyOf).findLast((b) => b.instance.id === done.instance.id)?.id)
  })

  it('that fails is a problem until it works; nothing is lost, and another is not held up', async () => {
    let isBroken = true
    const broken = await receiver((response) => response.writeHead(isBroken ? 503 : 200).end())
    const whole = await receiver()
    const server = await start(
      `${tells}notices:\n  webhooks:\n    - { id: broken, url: "${broken.url}" }\n    - { id: whole, url: "${whole.url}" }\n`,
    )
    const problem = await server.until('the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find(({ code }) => code === 'hook-failing'),
    )
    expect(problem).toMatchObject({ subject: 'hook broken', severity: 'error' })
    expect(problem.sentence).toMatch(/to the hook broken at 127\.0\.0\.1:\d+: it answers 503\./)
    expect(problem.sentence).not.toContain('a-secret-path')
    const all = await server.until('what the other got', () =>
      whole.received.length >= 20 ? whole.received : undefined,
    )
    const ids = new Set(all.map((each) => bodyOf(each).id))
    const tried = new Set(broken.received.map((each) => bodyOf(each).id))
    // A hook that fails is left alone: not every notice was tried in vain.
    expect(tried.size).toBeLessThan(ids.size)
    isBroken = false
    await server.until('everything delivered', () => {
      const got = new Set(broken.received.map((each) => bodyOf(each).id))
      return [...ids].every((id) => got.has(id)) ? true : undefined
    })
    await server.until('the end of the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).some(({ subject }) => subject === 'hook broken')
        ? undefined
        : true,
    )
  })

  it('that refuses one notice gets the others, and not that one again', async () => {
    let refused: string | undefined
    const { url, received } = await receiver((response, request) => {
      refused ??= String(request.headers['webhook-id'])
      response.writeHead(request.headers['webhook-id'] === refused ? 422 : 200).end()
    })
    const server = await start(`${tells}notices:\n  webhooks:\n    - { id: picky, url: "${url}" }\n`)
    await server.until('many notices', () => (received.length >= 15 ? true : undefined))
    const ids = received.map(({ headers }) => headers['webhook-id'])
    expect(ids.filter((id) => id === refused)).toHaveLength(1)
    expect(new Set(ids).size).toBe(ids.length)
    const [told] = (await server.app.store.outbox.recent('webhook:picky', { limit: 1000, offset: 0 })).items.filter(
      ({ outcome }) => outcome === 'refused',
    )
    expect(told).toMatchObject({ notice: { id: refused }, attempts: 1, fault: 'it answers 422' })
  })

  it('that stays away loses what is too old, and somebody is told how much', async () => {
    const { url } = await receiver((response) => response.writeHead(500).end())
    const server = await start(`${tells}notices:\n  giveUp: 1m\n  webhooks:\n    - { id: away, url: "${url}" }\n`)
    const problem = await server.until('the problem', async () =>
      (await server.app.store.problems.list({ includeClosed: false })).find(({ code }) => code === 'notices-given-up'),
    )
    expect(problem.sentence).toMatch(/^(One notice|\d+ notices) for the hook away could not be delivered/)
    await server.until('the empty queue', async () =>
      (await server.app.store.outbox.waiting('webhook:away')).count === 0 ? true : undefined,
    )
  })

  it('does not get again what it was taking when Gleaner was ended in order', async () => {
    const answers: (() => void)[] = []
    let isQuick = false
    const { url, received } = await receiver((response) => {
      const answer = () => void response.writeHead(204).end()
      if (isQuick) answer()
      else answers.push(answer)
    })
    const database = await createTestDatabase('empty')
    closing.push(() => database.drop())
    const config = `${policy}${tells}notices:\n  webhooks:\n    - { id: slow, url: "${url}" }\n`
    const first = await startTestServer({ config, databaseUrl: database.url })
    const answer = await first.until('a notice', () => answers[0])
    const stopped = first.stop()
    isQuick = true
    answer()
    await stopped
    expect(received).toHaveLength(1)
    const second = await startTestServer({ config, databaseUrl: database.url })
    closing.push(() => second.stop())
    await second.until('the others', () => (received.length >= 10 ? true : undefined))
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(received.length)
  })

  it('gets a notice again, with the same id and body, when Gleaner was killed before it knew that it was taken', async () => {
    const first: Received[] = []
    let isUp = false
    const { url, received } = await receiver((response, request) => {
      if (isUp) response.writeHead(200).end()
      else first.push(request)
    })
    const database = await createTestDatabase('empty')
    const directory = mkdtempSync(join(tmpdir(), 'gleaner-notices-'))
    closing.push(async () => {
      await database.drop()
      rmSync(directory, { recursive: true, force: true })
    })
    const config = `${policy}${tells}notices:\n  webhooks:\n    - { id: ops, url: "${url}", secret: ${secret} }\n`
    const run = () =>
      runSource(new URL('./notices.process.ts', import.meta.url), { config, directory, url: database.url })
    const killed = run()
    try {
      await expect.poll(() => first.length, { timeout: 90_000, interval: 20 }).toBeGreaterThan(0)
    } finally {
      killed.child.kill('SIGKILL')
      await killed.exited
    }
    isUp = true
    const again = run()
    try {
      const sameAgain = () =>
        received.filter(
          ({ headers, body }) => headers['webhook-id'] === first[0]?.headers['webhook-id'] && body === first[0]?.body,
        )
      await expect.poll(() => sameAgain().length, { timeout: 90_000, interval: 20 }).toBe(2)
      expect(bodyOf(received[0] as Received).id).toBe(first[0]?.headers['idempotency-key'])
    } finally {
      again.child.kill('SIGKILL')
      await again.exited
    }
  })
})

describe('a guest', patient, () => {
  async function withGuests(
    config: string,
    tell: (id: InstanceId, notice: GuestNotice) => Promise<boolean>,
    speed = testSpeed,
  ): Promise<TestServer> {
    const clock = acceleratedClock(testStartMs, speed)
    const sim = { clock, id: 'sim', seed: 11, hosts: 4, instances: 24, projects: 3, desktops: 0, activity: 0 }
    const makeClouds = () => [Object.assign(new SimulatedCloud(sim), { guestNotices: { tell } })]
    const server = await startTestServer({ config: `${policy}${config}`, clock, makeClouds })
    closing.push(() => server.stop())
    return server
  }

  it('is told again until it says that it has the notice', async () => {
    const told: string[] = []
    const tell = async (_: InstanceId, { id }: GuestNotice) => {
      told.push(id)
      return told.filter((each) => each === id).length === 2
    }
    const server = await withGuests(`${tells}notices: { guests: true }\n`, tell, 60)
    const { notice } = await server.until('a notice that arrived', async () => {
      for (const { id } of server.app.state.clouds.get(server.cloud.id)?.snapshot?.instances ?? [])
        for (const each of await server.app.store.notices.forInstance(id, 9))
          if (each.sentBy.includes('guests:sim')) return { notice: each }
      return undefined
    })
    expect(told.filter((each) => each === notice.id)).toHaveLength(2)
  })

  it('that never answers is given up when the time has come, without a problem', async () => {
    const told: GuestNotice[] = []
    const tell = async (_: InstanceId, notice: GuestNotice) => {
      told.push(notice)
      return false
    }
    const server = await withGuests(`${suspends}notices: { guests: true }\n`, tell)
    const announced = await server.until('a notice', () => told.find(({ kind }) => kind === 'announced'))
    expect(announced.sentence).toMatch(/will be suspended not before/)
    await server.until('its end', async () => {
      const due = await server.app.store.outbox.due('guests:sim', { nowMs: Number.MAX_SAFE_INTEGER, limit: 1000 })
      return due.every(({ notice }) => notice.id !== announced.id) ? true : undefined
    })
    const open = await server.app.store.problems.list({ includeClosed: false })
    expect(open.filter(({ subject }) => subject.includes('guest'))).toEqual([])
  })

  it('is not told unless that is configured', async () => {
    const told: string[] = []
    const server = await withGuests(tells, async (id) => {
      told.push(id)
      return true
    })
    await server.cycles(4)
    expect(told).toEqual([])
    expect(server.app.loops().some(({ name }) => name.startsWith('tell-guests'))).toBe(false)
  })
})
