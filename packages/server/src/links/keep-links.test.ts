import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isError, type NoticeAbout } from '@gleaner/model'
import type { StoredNotice } from '@gleaner/ports'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { KeepLinks } from './keep-links.ts'
import { pageHtml } from './keep-page.ts'
import { keyFromSecret, keyOfState } from './link-key.ts'

const settings = { publicUrl: 'https://gleaner.example.org', validForMs: 1000, keepForMs: 5000 }
const links = new KeepLinks(keyFromSecret('a secret of the tests'), settings)

const about: NoticeAbout = {
  kind: 'announced',
  capability: 'idleness',
  action: 'suspend',
  cause: 'forgotten',
  reason: { code: 'rule-matched', sentence: 'Nobody used it.' },
  instanceName: 'web-1',
  projectId: 'lab:p1',
  projectName: 'shop',
  decisionId: undefined,
}
const notice: StoredNotice = {
  id: 'ntc_1',
  instanceId: 'lab:7',
  proposalId: 'prp_1',
  sentence: 'web-1 will be suspended.',
  createdAtMs: 1_800_000_000_000,
  dueAtMs: undefined,
  sentBy: [],
  about,
}
const tokenOf = (from: KeepLinks, about: StoredNotice) => (from.linkOf(about) ?? '').split('/keep/')[1] ?? ''

describe('a keep link', () => {
  it('says what it is about, and is the same for the same notice', () => {
    expect(links.linkOf(notice)).toMatch(/^https:\/\/gleaner\.example\.org\/keep\/[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/)
    expect(links.linkOf(notice)).toBe(links.linkOf(notice))
    expect(links.read(tokenOf(links, notice))).toEqual({
      id: 'keep:ntc_1',
      noticeId: 'ntc_1',
      instanceId: 'lab:7',
      endsAtMs: 1_800_000_001_000,
      keepForMs: 5000,
    })
  })

  it('is refused when anything in it was altered', () => {
    const token = tokenOf(links, notice)
    const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...signs.split('')), (at, sign) => {
        const altered = token.slice(0, at) + sign + token.slice(at + 1)
        expect(links.read(altered) === undefined).toBe(altered !== token)
      }),
      { numRuns: 2000 },
    )
    for (const other of [
      '',
      '.',
      token.slice(0, -1),
      `${token}A`,
      ` ${token}`,
      `${token}\n`,
      `${token}%0d%0aSet-Cookie:a=b`,
      'a'.repeat(100_000),
    ])
      expect(links.read(other)).toBeUndefined()
  })

  it('of another key, or the signature of another notice, counts nothing', () => {
    expect(new KeepLinks(keyFromSecret('another secret'), settings).read(tokenOf(links, notice))).toBeUndefined()
    const [payload] = tokenOf(links, notice).split('.')
    const [, signature] = tokenOf(links, { ...notice, instanceId: 'lab:8' }).split('.')
    expect(links.read(`${payload}.${signature}`)).toBeUndefined()
  })

  it.each<[string, Partial<NoticeAbout>, boolean]>([
    ['what a rule announces', {}, true],
    ['what a rule has to say', { kind: 'told', action: 'notify' }, true],
    ['what gives back', { action: 'resume' }, false],
    ['what was done', { kind: 'done' }, false],
    ['what was called off', { kind: 'called-off' }, false],
    ['an eviction, which no owner can refuse', { capability: 'preemption', action: 'stop' }, false],
  ])('goes with %s: %j', (_, other, has) => {
    expect(links.linkOf({ ...notice, about: { ...about, ...other } }) !== undefined).toBe(has)
  })
})

describe('the key', () => {
  let directory: string | undefined
  afterEach(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
  })

  it('is made once, whoever asks first, and only its owner can read it', async () => {
    directory = join(mkdtempSync(join(tmpdir(), 'gleaner-key-')), 'state')
    const state = directory
    const keys = await Promise.all([keyOfState(state), keyOfState(state), keyOfState(state)].map((key) => key))
    const hex = keys.map((key) => Buffer.from(key).toString('hex'))
    expect(new Set(hex).size).toBe(1)
    expect(readFileSync(join(state, 'link-key'), 'utf8').trim()).toBe(hex[0])
    expect(statSync(join(state, 'link-key')).mode & 0o777).toBe(0o600)
    expect(Buffer.from(await keyOfState(state)).toString('hex')).toBe(hex[0])
  })

  it('that cannot be read is a fault and never another key', async () => {
    directory = mkdtempSync(join(tmpdir(), 'gleaner-key-'))
    writeFileSync(join(directory, 'link-key'), 'short\n')
    const fault = await keyOfState(directory).catch((error: unknown) => error)
    expect(isError(fault, 'state-directory-unusable') && fault.message).toMatch(/does not hold a key/)
    expect(readFileSync(join(directory, 'link-key'), 'utf8')).toBe('short\n')
  })
})

it('a name cannot break out of the page', () => {
  const html = pageHtml({
    status: 200,
    title: 'Keep <script>alert(1)</script>?',
    paragraphs: ['a & b"><img src=x>'],
    button: 'Keep \'"><x>',
  })
  expect(html).not.toMatch(/<script|<img|<x>/)
  expect(html).toContain('Keep &lt;script&gt;alert(1)&lt;/script&gt;?')
})
