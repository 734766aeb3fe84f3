// Whose series is it: every kind of name, and every doubt.
import { type Host, type Instance, cloudId, hostId, instanceId } from '@gleaner/model'
import { aHost, anInstance } from '@gleaner/testkit'
import { describe, expect, it } from 'vitest'
import { subjectDirectory } from './subject-directory.ts'

const lab = cloudId('lab')
const kvm1 = hostId(lab, 'kvm1')
const kvm2 = hostId(lab, 'kvm2')
const u = (digit: number) => `6695eb01-f6a4-8304-79aa-00000000000${digit}`

const host = (native: string, name: string): Host => aHost({ id: hostId(lab, native), cloudId: lab, name })
const instance = (native: string, name: string, on?: Host['id'], cloud = lab): Instance =>
  anInstance({ id: instanceId(cloud, native), cloudId: cloud, name, hostId: on })

const directory = subjectDirectory(
  [
    {
      hosts: [
        host('kvm1', 'kvm1.example.org'),
        host('kvm2', 'KVM2'),
        host('a', 'twin.east'),
        host('b', 'twin.west'),
        host('ip', '10.0.0.7'),
      ],
      instances: [
        instance(u(1), 'web-3', kvm1),
        instance(u(2), 'web3', kvm2),
        instance(u(3), 'db', kvm1),
        instance(u(4), 'db', kvm2),
        instance(u(5), 'lonely', kvm1),
      ],
    },
  ],
  '1',
)
const one = (subject: string) => ({ kind: 'one', subject })

describe('an instance', () => {
  const match = (claim: Omit<Parameters<typeof directory.match>[0], 'of'>) =>
    directory.match({ of: 'instance', ...claim })

  it('is who its id says, whatever its name', () => {
    expect(match({ id: u(3).toUpperCase(), name: 'lonely' })).toEqual(one(`lab:${u(3)}`))
  })

  it('with an id that is not known is nobody, though its name is: it may have been given again', () => {
    expect(match({ id: u(9), name: 'lonely' })).toEqual({ kind: 'none' })
  })

  it('is found by a name that is its alone, and nothing near it', () => {
    expect(match({ name: 'lonely' })).toEqual(one(`lab:${u(5)}`))
    for (const name of ['Lonely', 'lonely ', 'lone', '']) expect(match({ name })).toEqual({ kind: 'none' })
    expect(match({})).toEqual({ kind: 'none' })
  })

  it('that shares its name is found only with its host', () => {
    expect(match({ name: 'db' })).toEqual({ kind: 'several' })
    expect(match({ name: 'db', host: 'kvm1.example.org:9177' })).toEqual(one(`lab:${u(3)}`))
    expect(match({ name: 'db', host: 'kvm2' })).toEqual(one(`lab:${u(4)}`))
    expect(match({ name: 'db', host: 'kvm9' })).toEqual({ kind: 'several' })
    expect(match({ name: 'db', host: 'twin:9177' })).toEqual({ kind: 'several' })
  })

  it('whose name has lost its hyphens may be one of two', () => {
    expect(match({ name: 'web3', withoutHyphens: true })).toEqual({ kind: 'several' })
    expect(match({ name: 'web3', withoutHyphens: true, host: 'kvm1' })).toEqual(one(`lab:${u(1)}`))
    expect(match({ name: 'web3' })).toEqual(one(`lab:${u(2)}`))
  })

  it('of a cloud that counts its instances is called by its number as well; a UUID of its domain says nothing there', () => {
    const nebula = cloudId('one')
    const other = subjectDirectory(
      [{ hosts: [], instances: [instance('42', 'web', undefined, nebula), instance('43', 'web', undefined, nebula)] }],
      '2',
    )
    const find = (claim: object) => other.match({ of: 'instance', ...claim })
    expect(find({ name: 'one-42' })).toEqual(one('one:42'))
    expect(find({ name: 'one42', withoutHyphens: true })).toEqual(one('one:42'))
    expect(find({ id: u(1), name: 'one-43' })).toEqual(one('one:43'))
    expect(find({ id: '43' })).toEqual(one('one:43'))
    expect(find({ name: 'web' })).toEqual({ kind: 'several' })
  })

  it('that two clouds have is two', () => {
    const snapshots = ['a', 'b'].map((name) => ({
      hosts: [],
      instances: [instance('7', 'x', undefined, cloudId(name))],
    }))
    expect(subjectDirectory(snapshots, '3').match({ of: 'instance', id: '7' })).toEqual({ kind: 'several' })
  })
})

describe('a host', () => {
  const match = (name: string) => directory.match({ of: 'host', name })

  it.each([
    'kvm1.example.org',
    'KVM1.example.org:9100',
    'http://kvm1.example.org:9100/metrics',
    'https://kvm1/metrics?x=1',
    'kvm1',
    'kvm1.other.net:9100',
  ])('is found under %s', (name) => {
    expect(match(name)).toEqual(one(kvm1))
  })

  it('is found by its address, and by nothing near it', () => {
    expect(match('10.0.0.7:9100')).toEqual(one(hostId(lab, 'ip')))
    for (const name of ['10', '10.0.0.70', '10.0.0', '[::1]:9100', '::1', ''])
      expect(match(name)).toEqual({ kind: 'none' })
  })

  it('whose short name is that of two is not guessed', () => {
    expect(match('twin')).toEqual({ kind: 'several' })
    expect(match('twin.east')).toEqual(one(hostId(lab, 'a')))
  })
})
