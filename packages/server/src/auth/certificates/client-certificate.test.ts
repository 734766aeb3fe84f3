// How people are told apart: names as they stand in certificates, built by hand, also such as are made to be mistaken.
import { X509Certificate } from 'node:crypto'
import { isError } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { makeAuthority, makeCertificate, type TestName } from '../../testing/make-certificate.ts'
import { DerFault } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'
import { readClientCertificate } from './client-certificate.ts'

const authority = makeAuthority([
  ['DC', 'org'],
  ['CN', 'Lab CA'],
])
const read = (subject: TestName, serial = 2) =>
  readClientCertificate(new X509Certificate(makeCertificate(authority, { subject, serial }).pem))

describe('a client certificate', () => {
  it('is of somebody: issuer and subject, the last part first', () => {
    const from = new Date(Date.UTC(2026, 0, 1))
    const to = new Date(Date.UTC(2027, 0, 1))
    const subject: TestName = [
      ['DC', 'org'],
      ['OU', 'People'],
      ['CN', 'Alice A'],
      ['CN', 'UID:1234'],
    ]
    const certificate = new X509Certificate(makeCertificate(authority, { subject, serial: 0xab12, from, to }).pem)
    expect(readClientCertificate(certificate)).toStrictEqual({
      issuer: 'CN=Lab CA,DC=org',
      subject: 'CN=UID:1234,CN=Alice A,OU=People,DC=org',
      serial: 'AB12',
      fingerprint: certificate.fingerprint256,
      notBeforeMs: from.getTime(),
      notAfterMs: to.getTime(),
    })
  })

  it('has no leading zeros in its serial number, and keeps one that stands alone', () => {
    expect(read([['CN', 'a']], 0x80).serial).toBe('80')
    expect(read([['CN', 'a']], 0x0a).serial).toBe('A')
    expect(read([['CN', 'a']], 0).serial).toBe('0')
  })

  it('is of the same person when renewed with another encoding of the text', () => {
    const printable = read([['CN', 'Alice', 0x13]])
    const utf8 = read([['CN', 'Alice', 0x0c]])
    expect(printable.subject).toBe(utf8.subject)
    expect(printable.fingerprint).not.toBe(utf8.fingerprint)
  })

  it.each<[string, TestName, TestName]>([
    [
      'a slash in a value',
      [['O', 'Evil/CN=admin']],
      [
        ['O', 'Evil'],
        ['CN', 'admin'],
      ],
    ],
    [
      'a comma in a value',
      [['CN', 'admin,O=Lab']],
      [
        ['O', 'Lab'],
        ['CN', 'admin'],
      ],
    ],
    [
      'a plus in a value',
      [['CN', 'admin+O=Lab']],
      [
        [
          ['CN', 'admin'],
          ['O', 'Lab'],
        ],
      ],
    ],
    [
      'a backslash before a comma',
      [
        ['CN', 'a\\'],
        ['CN', 'b'],
      ],
      [['CN', 'b,CN=a\\']],
    ],
    ['a line end', [['CN', 'admin\nO=Lab']], [['CN', 'admin\\0aO=Lab']]],
    ['a zero', [['CN', 'admin\0']], [['CN', 'admin']]],
    ['a space at the end', [['CN', 'admin ']], [['CN', 'admin']]],
    ['a space at the beginning', [['CN', ' admin']], [['CN', 'admin']]],
    ['writing backwards', [['CN', '\u202Enimda']], [['CN', 'nimda']]],
    ['a value like a hexadecimal one', [['CN', '#0c01']], [['CN', '0c01']]],
    [
      'another order',
      [
        ['O', 'Lab'],
        ['CN', 'admin'],
      ],
      [
        ['CN', 'admin'],
        ['O', 'Lab'],
      ],
    ],
    ['another kind of part', [['OU', 'admin']], [['O', 'admin']]],
    [
      'two parts in one',
      [
        [
          ['CN', 'a'],
          ['OU', 'b'],
        ],
      ],
      [
        ['CN', 'a'],
        ['OU', 'b'],
      ],
    ],
  ])('is not of somebody else by %s', (_, one, other) => {
    expect(read(one).subject).not.toBe(read(other).subject)
    // What is shown and written to logs has no line end and nothing invisible.
    expect(read(one).subject).toMatch(/^[\x20-\x7e]+$/)
  })

  it('writes the parts of a set in one order', () => {
    expect(
      read([
        [
          ['OU', 'b'],
          ['CN', 'a'],
        ],
      ]).subject,
    ).toBe('CN=a+OU=b')
    expect(
      read([
        [
          ['CN', 'a'],
          ['OU', 'b'],
        ],
      ]).subject,
    ).toBe('CN=a+OU=b')
  })

  it.each<[string, TestName]>([
    ['an empty name', []],
    ['more parts than any directory', Array.from({ length: 65 }, () => ['OU', 'x'] as const)],
    ['a name of thousands of characters', [['CN', 'x'.repeat(3000)]]],
  ])('with %s is refused', (_, subject) => {
    let thrown: unknown
    try {
      read(subject)
    } catch (error) {
      thrown = error
    }
    expect(isError(thrown, 'certificate-refused')).toBe(true)
  })

  it('has no name whose text is no UTF-8, and shows what is no text as it is', () => {
    const name = (...value: readonly number[]) =>
      Uint8Array.from([
        0x30,
        9 + value.length,
        0x31,
        7 + value.length,
        0x30,
        5 + value.length,
        6,
        3,
        0x55,
        4,
        3,
        ...value,
      ])
    expect(distinguishedName(name(0x0c, 2, 0x61, 0x62))).toBe('CN=ab')
    expect(() => distinguishedName(name(0x0c, 2, 0xff, 0xfe))).toThrow(DerFault)
    expect(distinguishedName(name(0x04, 2, 0xff, 0xfe))).toBe('CN=#0402fffe')
    expect(distinguishedName(name(0x1e, 2, 0x00, 0x61))).toBe('CN=a')
  })
})
