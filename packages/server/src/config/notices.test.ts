import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const environment = { HOOK_URL: 'https://hooks.example.org/T0/secret-path', HOOK_SECRET: 'sixteen bytes or more' }
const read = (notices: string, directory = '/nowhere') =>
  parseConfig(`clouds: [{ id: lab, kind: simulated }]\nnotices:\n${notices}`, join(directory, 'gleaner.yaml'), {
    environment,
    directory,
  })
const hook = (more: string) => `  webhooks:\n    - id: ops\n      url: https://h.example\n${more}`
const mail = (server: string, address = 'a@b.c', from = 'from: g@h.i', more = '') =>
  `  mail: { ${server}, ${from}, recipients: [{ id: all, addresses: [${address}]${more} }] }\n`

describe('the section notices', () => {
  it('has no hooks unless they are written, and limits of its own', () => {
    const none = {
      webhooks: [],
      mail: undefined,
      keepLinks: undefined,
      guests: false,
      timeoutMs: 10_000,
      giveUpMs: 86_400_000,
      queue: 10_000,
    }
    expect(parseConfig('log: info', 'x', { environment: {}, directory: '/' }).notices).toEqual(none)
  })

  it('takes address, secret and header from the environment or a file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gleaner-notices-'))
    try {
      writeFileSync(join(directory, 'bearer'), 'Bearer abc\n')
      const { notices } = read(
        '  webhooks:\n    - id: ops\n      url: { env: HOOK_URL }\n      secret: { env: HOOK_SECRET }\n      authorization: { file: bearer }\n      kinds: [announced, done]\n      capabilities: [preemption]\n      projects: [web-shop]\n      clouds: [lab]\n',
        directory,
      )
      expect(notices.webhooks).toMatchObject([
        {
          id: 'ops',
          key: Buffer.from('sixteen bytes or more'),
          authorization: 'Bearer abc',
          kinds: ['announced', 'done'],
          capabilities: ['preemption'],
          projects: ['web-shop'],
          clouds: ['lab'],
        },
      ])
      expect(notices.webhooks[0]?.url.href).toBe(environment.HOOK_URL)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it('takes a secret in the form of the Standard Webhooks as the bytes it stands for', () => {
    const key = Buffer.from(Array.from({ length: 24 }, (_, n) => n * 7))
    const { notices } = read(hook(`      secret: whsec_${key.toString('base64')}\n`))
    expect(Buffer.from(notices.webhooks[0]?.key ?? [])).toEqual(key)
  })

  it('takes http to this machine, and elsewhere where it is meant', () => {
    const at = (url: string, more = '') => read(`  webhooks:\n    - { id: a, url: "${url}"${more} }\n`).notices.webhooks
    expect(at('http://127.0.0.1:9/x')).toHaveLength(1)
    expect(at('http://[::1]:9/x')).toHaveLength(1)
    expect(at('http://h.example/x', ', plaintext: true')).toHaveLength(1)
    expect(() => at('http://h.example/x')).toThrow(/gleaner.yaml:4: .*in the clear; use https, or say plaintext: true/)
  })

  it('takes the webhook of a chat, with a template', () => {
    const chat = (more: string) => read(hook(more)).notices.webhooks[0]?.chat
    expect(chat('      chat: slack\n')?.form).toBe('slack')
    expect(chat('      chat: matrix\n      template: "{instance}: {sentence}"\n')?.form).toBe('matrix')
    expect(chat('')).toBeUndefined()
  })

  it.each([
    [hook('      chat: irc\n'), 6, 'one of slack, mattermost'],
    [hook('      template: "{sentence}"\n'), 6, 'a template is for a chat'],
    [
      hook('      chat: slack\n      template: "{sentense}"\n'),
      7,
      'the field {sentense} does not exist. Did you mean "sentence"?',
    ],
    [hook(`      chat: slack\n      template: "${'x'.repeat(2001)}"\n`), 7, 'template'],
    [hook('      secret: short\n'), 6, 'the secret is shorter than 16 bytes'],
    [hook('      secret: whsec_%%%\n'), 6, 'after whsec_ stands base64'],
    [hook('      secret: { env: NOT_SET }\n'), 6, 'NOT_SET is not set'],
    [hook('      authorization: "Bearer a\\r\\nx-evil: 1"\n'), 6, 'characters that no header may hold'],
    [hook('      clouds: [other]\n'), 6, 'the cloud "other" is not configured'],
    [hook('      kinds: [shouted]\n'), 6, 'one of announced, called-off'],
    [hook('      caFile: nowhere.pem\n'), 6, 'nowhere.pem cannot be read (ENOENT)'],
    [hook('    - id: ops\n      url: https://h.example\n'), 6, 'the hook id "ops" is used twice'],
    ['  webhooks:\n    - { id: a, url: ftp://h.example/ }\n', 4, 'begins with https, not with ftp:'],
    ['  webhooks:\n    - { id: a, url: not-an-address }\n', 4, 'the address cannot be read'],
    ['  timeout: 0s\n', 3, 'timeout is more than 0s'],
    ['  timeout: 5m\n', 3, 'at most 60s'],
    ['  giveUp: 0s\n', 3, 'giveUp is more than 0s'],
    ['  queue: 0\n', 3, 'queue'],
    ['  keepLinks: {}\n', 3, 'links need publicUrl'],
    [mail('host: m.example.org, security: none'), 3, 'mails would cross the network in the clear'],
    [mail('host: m.example.org, user: a'), 3, 'user and password belong together'],
    [mail('host: m.example.org, security: none, plaintext: true, user: a, password: b'), 3, 'a password never crosses'],
    [mail('host: m.example.org', '"a@b.c\\r\\nBcc: d@e.f"'), 3, 'is no address'],
    [mail('host: m.example.org', 'a@b.c', 'from: "x\\ny@z"'), 3, 'is no address'],
    [
      mail('host: m.example.org', 'a@b.c', 'from: g@h.i', ', subject: "{sentense}"'),
      3,
      'the field {sentense} does not exist. Did you mean "sentence"?',
    ],
    [
      mail('host: m.example.org', 'a@b.c', 'from: g@h.i', ', clouds: [other]'),
      3,
      'the cloud "other" is not configured',
    ],
    ['  keepLinks: { validFor: 0s }\n', 3, 'validFor is more than 0s'],
    ['  keepLinks: { keepFor: 500d }\n', 3, 'at most 366d'],
    ['  keepLinks: { secret: short }\n', 3, 'the secret is shorter than 32 characters'],
  ])('tells a fault with its line (%#)', (text, line, detail) => {
    expect(() => read(text)).toThrow(new RegExp(`gleaner.yaml:${line}: .*${detail.replace(/[(){}?]/g, '\\$&')}`))
  })

  it('shows no secret, neither in a fault nor among the settings', () => {
    expect(() => read('  webhooks:\n    - { id: a, url: "https://u:hidden@h.example/hidden" }\n')).toThrow(
      /holds a user or a password/,
    )
    const message = () => {
      try {
        read('  webhooks:\n    - { id: a, url: "https//hidden", secret: hidden }\n')
      } catch (error) {
        return String(error)
      }
      return ''
    }
    expect(message()).toContain('cannot be read')
    expect(message()).not.toContain('hidden')
    expect(JSON.stringify(read(hook('      secret: { env: HOOK_SECRET }\n')).origins)).not.toContain('sixteen')
  })
})
