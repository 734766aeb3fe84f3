import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DocumentCache } from './document-cache.ts'
import { readDomainDocument } from './domain-document.ts'
import { noMetadata, writeInstanceMetadata } from './instance-metadata.ts'

const document = (metadata = '', devices = '') => `<domain type='kvm' id='3'>
  <name>web</name><metadata>${metadata}</metadata>
  <memory unit='KiB'>2097152</memory><currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static' current='2'>4</vcpu><devices>${devices}</devices></domain>`

const marked = (inside: string, attributes = '') =>
  document(`<g:instance xmlns:g="urn:gleaner:libvirt:1" ${attributes}>${inside}</g:instance>`)

describe('readDomainDocument', () => {
  it('reads the size it has now', () => {
    const size = { vcpus: 2, memoryMiB: 2048 }
    expect(readDomainDocument(document())).toEqual({ ...size, metadata: noMetadata, sockets: [], hasAgent: false })
  })

  it.each([
    ["<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>", true],
    // An older libvirt does not tell.
    ["<target type='virtio' name='org.qemu.guest_agent.0'/>", true],
    ["<target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/>", false],
    ["<target type='virtio' name='com.redhat.spice.0' state='connected'/>", false],
    ['', false],
  ])('sees the channel of an agent in %s: %s', (target, isThere) => {
    expect(readDomainDocument(document('', `<channel type='unix'>${target}</channel>`)).hasAgent).toBe(isThere)
  })

  it('knows the units of memory', () => {
    const xml = "<domain><memory unit='GiB'>3</memory><vcpu>1</vcpu></domain>"
    expect(readDomainDocument(xml).memoryMiB).toBe(3072)
    expect(readDomainDocument('<domain><memory>2048</memory><vcpu>1</vcpu></domain>').memoryMiB).toBe(2)
  })

  it('finds the sockets that qemu listens on, and no others', () => {
    const devices = `
      <serial type='pty'><source path='/dev/pts/1'/></serial>
      <serial type='unix'><source mode='bind' path='/run/a.sock'/></serial>
      <serial type='unix'><source mode='connect' path='/run/b.sock'/></serial>
      <channel type='unix'><source mode='bind' path='/run/c.sock'/><target type='virtio' name='x'/></channel>
      <channel type='unix'><source mode='bind' path='relative'/></channel>`
    expect(readDomainDocument(document('', devices)).sockets).toEqual(['/run/a.sock', '/run/c.sock'])
  })

  it.each([
    ['not XML', 'Segmentation fault'],
    ['cut off', document().slice(0, 80)],
    ['empty', ''],
    ['something else', '<network><name>x</name></network>'],
    ['without a size', '<domain><vcpu>1</vcpu></domain>'],
    ['of no memory', "<domain><memory unit='KiB'>0</memory><vcpu>1</vcpu></domain>"],
    ['in an unknown unit', "<domain><memory unit='acre'>5</memory><vcpu>1</vcpu></domain>"],
    ['without processors', '<domain><memory>2048</memory></domain>'],
    ['with half a processor', '<domain><memory>2048</memory><vcpu>0.5</vcpu></domain>'],
  ])('throws for a document that is %s', (_, xml) => {
    expect(() => readDomainDocument(xml)).toThrow(TypeError)
  })

  it('does not swell up on entities', () => {
    const bomb = `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}"><!ENTITY c "${'&b;'.repeat(100)}">]>`
    const xml = `${bomb}<domain><memory>2048</memory><vcpu>1</vcpu><name>${'&c;'.repeat(100)}</name></domain>`
    let size = 0
    try {
      size = JSON.stringify(readDomainDocument(xml)).length
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
    expect(size).toBeLessThan(10_000)
  })
})

describe('Gleaner’s own element', () => {
  it('is found under whatever prefix it was written', () => {
    const { metadata } = readDomainDocument(
      marked('<g:tag>a</g:tag><g:tag>b</g:tag><g:tag>a</g:tag>', 'protected="ops" project="p1" firmness="preemptible"'),
    )
    expect(metadata).toEqual({ protectedBy: 'ops', project: 'p1', firmness: 'preemptible', tags: ['a', 'b'] })
    const plain = document('<instance xmlns="urn:gleaner:libvirt:1" protected="ops"><tag>x</tag></instance>')
    expect(readDomainDocument(plain).metadata).toMatchObject({ protectedBy: 'ops', tags: ['x'] })
  })

  it('of another namespace is not ours', () => {
    const other = document('<g:instance xmlns:g="urn:other" protected="ops"/>')
    expect(readDomainDocument(other).metadata).toEqual(noMetadata)
  })

  it.each([
    ['yes', 'its metadata'],
    ['true', 'its metadata'],
    ['alice', 'alice'],
    ['maybe', 'maybe'],
    ['no', undefined],
    ['False', undefined],
    ['', undefined],
  ])('protected="%s" means %s', (value, expected) => {
    expect(readDomainDocument(marked('', `protected="${value}"`)).metadata.protectedBy).toBe(expected)
  })

  it('takes an unknown firmness for firm', () => {
    expect(readDomainDocument(marked('', 'firmness="soft"')).metadata.firmness).toBe('firm')
  })

  it('reads back what it writes', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => text.trim())
    // oxlint-disable-next-line no-control-regex
    const good = word.filter((text) => text !== '' && !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff\s]/.test(text))
    fc.assert(
      fc.property(good, fc.uniqueArray(good, { maxLength: 4 }), (project, tags) => {
        const written = writeInstanceMetadata({ protectedBy: undefined, project, firmness: 'preemptible', tags })
        const xml = document(written.replace('<instance', '<instance xmlns="urn:gleaner:libvirt:1"'))
        expect(readDomainDocument(xml).metadata).toEqual({
          protectedBy: undefined,
          project,
          firmness: 'preemptible',
          tags,
        })
      }),
    )
  })
})

describe('DocumentCache', () => {
  it('reads a changed document anew and an unchanged one once', () => {
    const cache = new DocumentCache()
    const first = cache.read('a', document())
    expect(cache.read('a', document())).toBe(first)
    expect(cache.read('a', marked('', 'protected="x"')).metadata.protectedBy).toBe('x')
    cache.keepOnly(new Set())
    expect(cache.read('a', document())).not.toBe(first)
  })
})
