import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const read = (front: string, directory = '/nowhere') =>
  parseConfig(
    `clouds: [{ id: lab, kind: simulated }]\nlisten: "[::1]:7878"\nfront:\n  cloud: lab\n${front}`,
    join(directory, 'gleaner.yaml'),
    { environment: {}, directory },
  ).front
const plain = '  upstream: http://controller:8774\n  identity: http://controller:5000\n'

describe('the section front', () => {
  it('has defaults for all but the addresses', () => {
    const front = read(plain)
    expect(front).toMatchObject({
      cloudId: 'lab',
      publicUrl: undefined,
      alsoAddressed: [],
      listen: undefined,
      listenAuthority: '[::1]:7878',
      ca: undefined,
      waitMs: 300_000,
      silenceMs: 120_000,
      maxRequests: 256,
      maxWaiting: 32,
    })
    expect(front?.upstream.href).toBe('http://controller:8774/')
    expect(front?.identity.href).toBe('http://controller:5000/v3')
  })

  it('is not there unless it is written', () => {
    expect(parseConfig('log: info', 'x', { environment: {}, directory: '/' }).front).toBeUndefined()
  })

  it.each([
    ['http://c:5000/v3', 'http://c:5000/v3'],
    ['http://c:5000/v3/', 'http://c:5000/v3'],
    ['http://c/identity/', 'http://c/identity/v3'],
  ])('takes keystone as %s', (given, used) => {
    expect(read(`  upstream: http://c\n  identity: ${given}\n`)?.identity.href).toBe(used)
  })

  it('takes addresses without their last slash', () => {
    const front = read(
      `${plain}  publicUrl: https://x.example/compute/\n  alsoAddressed: ["https://y.example:8774/"]\n`,
    )
    expect(front?.publicUrl).toBe('https://x.example/compute')
    expect(front?.alsoAddressed).toEqual(['https://y.example:8774'])
  })

  it.each([
    ['  upstream: controller\n  identity: http://c\n', 5, '"controller" is no address'],
    ['  upstream: ftp://c\n  identity: http://c\n', 5, 'neither http nor https'],
    ['  upstream: http://c/v2.1\n  identity: http://c\n', 5, 'names a version'],
    ['  upstream: http://c:8774/v2/\n  identity: http://c\n', 5, 'names a version'],
    ['  upstream: http://c?x=1\n  identity: http://c\n', 5, 'has a query'],
    ['  upstream: http://c\n  identity: http://u:secretword@c\n', 6, 'holds a user or a password'],
    ['  upstream: http://c\n', 3, 'the key "identity" is missing'],
    [`${plain}  listen: 8774\n`, 7, 'listen'],
    [`${plain}  listen: "x:99999"\n`, 7, 'is no address:port'],
    [`${plain}  caFile: missing.pem\n`, 7, 'cannot be read (ENOENT)'],
    [`${plain}  wait: soon\n`, 7, 'wait'],
    [`${plain}  maxRequests: 0\n`, 7, 'maxRequests'],
    [`${plain}  upstraem: http://x\n`, 7, 'Did you mean "upstream"?'],
  ])('%j is refused at line %i', (front, line, words) => {
    const fault = refusal(() => read(front))
    expect(fault).toContain(words)
    expect(fault).toContain(`gleaner.yaml:${line}:`)
    expect(fault).not.toContain('secretword')
  })

  it('names a cloud that is configured', () => {
    const text = 'clouds: [{ id: lab, kind: simulated }]\nfront:\n  cloud: other\n' + plain
    expect(refusal(() => parseConfig(text, 'g.yaml', { environment: {}, directory: '/' }))).toContain(
      'g.yaml:3: the cloud "other" is not configured below clouds',
    )
  })

  it('reads certificates beside the file, and refuses what is none', () => {
    const directory = mkdtempSync(join(tmpdir(), 'gleaner-front-'))
    try {
      writeFileSync(join(directory, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n')
      writeFileSync(join(directory, 'not.pem'), 'hello')
      expect(read(`${plain}  caFile: ca.pem\n`, directory)?.ca).toContain('BEGIN CERTIFICATE')
      expect(refusal(() => read(`${plain}  caFile: not.pem\n`, directory))).toContain('holds no certificate in PEM')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}
