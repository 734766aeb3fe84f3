// What is wrong with the sections about people is told with line and key, and no secret.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError } from '@gleaner/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAuthority, makeCertificate } from '../testing/make-certificate.ts'
import { parseConfig } from './load.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gleaner-people-config-'))
  const authority = makeAuthority()
  const server = makeCertificate(authority, { subject: [['CN', 'a']], dnsName: 'a' })
  const other = makeCertificate(authority, { subject: [['CN', 'b']], dnsName: 'b' })
  for (const [name, text] of Object.entries({
    'ca.pem': authority.pem,
    'cert.pem': server.pem,
    'key.pem': server.keyPem,
    'other.pem': other.keyPem,
    'broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    empty: '',
  }))
    writeFileSync(join(directory, name), text)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const parse = (text: string) => parseConfig(text, join(directory, 'gleaner.yaml'), { environment: {}, directory })
const tls = 'tls: { certificate: cert.pem, key: key.pem }\n'

describe('the sections tls and people', () => {
  it('are read, with paths beside the file', () => {
    const { tls: own, people } = parse(
      `${tls}people: { certificates: { authorities: ca.pem, revoked: [empty], blocked: empty, warnBefore: 2d } }`,
    )
    expect(own?.certificate).toContain('BEGIN CERTIFICATE')
    expect(people).toMatchObject({
      certificates: { revoked: [join(directory, 'empty')], blocked: join(directory, 'empty') },
      proxy: undefined,
      warnBeforeMs: 2 * 86_400_000,
      keystone: undefined,
    })
    expect(parse('').people).toMatchObject({ certificates: undefined, proxy: undefined, keystone: undefined })
  })

  it.each([
    ['tls: { certificate: none.pem, key: key.pem }', 'none.pem cannot be read (ENOENT)'],
    ['tls: { certificate: empty, key: key.pem }', 'holds no certificate in PEM'],
    ['tls: { certificate: broken.pem, key: key.pem }', 'holds a certificate that cannot be read'],
    ['tls: { certificate: cert.pem, key: other.pem }', 'other.pem is not the key of cert.pem'],
    ['tls: { certificate: cert.pem, key: empty }', 'holds no private key in PEM'],
    ['people: { certificates: { authorities: ca.pem } }', 'no certificate can ever arrive'],
    [`${tls}people: { certificates: { authorities: empty } }`, 'holds no certificate in PEM'],
    [
      `${tls}people: { certificates: { authorities: ca.pem, revoked: [ca.pem, none] } }`,
      'none cannot be read (ENOENT)',
    ],
    [`${tls}people: { certificates: { authority: ca.pem } }`, 'authority'],
    [
      'people: { certificates: { authorities: ca.pem, proxy: { addresses: [proxy.example] } } }',
      '"proxy.example" is no IP address',
    ],
    [
      'people: { certificates: { authorities: ca.pem, proxy: { addresses: [192.0.2.1], secret: tiny } } }',
      'shorter than 16 characters',
    ],
    ["people: { certificates: { authorities: ca.pem, proxy: { addresses: [192.0.2.1], header: 'a b' } } }", 'header'],
    ['people: { keystone: { cloud: lab, url: "http://a" } }', '"lab" is no OpenStack cloud'],
    [
      'clouds: [{ id: lab, kind: simulated }]\npeople: { keystone: { cloud: lab, url: "http://a" } }',
      '"lab" is no OpenStack cloud',
    ],
    ['people: { keystone: { cloud: lab, url: keystone } }', '"keystone" is no address'],
    ['people: { keystone: { cloud: lab, url: "http://u:hunter2@a/v3" } }', 'holds a user, a password or a query'],
    [
      'people: { keystone: { cloud: lab, url: "http://a", roles: { member: boss } } }',
      '"boss" is not what is expected',
    ],
  ])('%s is a fault', (text, detail) => {
    let said = ''
    try {
      parse(text)
    } catch (error) {
      said = describeError(error)
    }
    expect(said).toContain(detail)
    expect(said).toContain('gleaner.yaml:')
    expect(said).not.toMatch(/tiny|hunter2/)
  })
})
