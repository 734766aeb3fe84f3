// Answers that a user of the cloud, a probe or a broken server could bring about: refused as a whole where they are not
// OpenNebula's, element by element where only one is wrong, and never taken for something they are not.
import { XmlRpcFault, XmlRpcWireError } from '@gleaner/wire-xmlrpc'
import { describe, expect, it } from 'vitest'
import { filled, recordedAnswer, recordedDocument, recordedElement } from '../testing/recorded.ts'
import { OneError, readOneAnswer } from './one-answer.ts'
import { parse } from './parse-task.ts'
import { errorOf, failureOf } from './parse-worker.ts'

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const good = (document: string) =>
  Buffer.from(
    `<methodResponse><params><param><value><array><data><value><boolean>1</boolean></value><value><string>${escaped(document)}` +
      '</string></value><value><i4>0</i4></value></data></array></value></param></params></methodResponse>',
  )
const vm = recordedElement('vmpool-extended', 'VM', 9)
const pool = (...elements: readonly string[]) => good(`<VM_POOL>${elements.join('')}</VM_POOL>`)
const changed = (before: string, now: string) => filled(vm, [[before, now]])

describe('an element of a pool that is wrong', () => {
  it.each([
    ['<ID>9</ID>', '<ID>nine</ID>', 'VM without an id'],
    ['<ID>9</ID>', '', 'VM without an id'],
    ['<STATE>3</STATE>', '<STATE/>', 'state'],
    ['<LCM_STATE>3</LCM_STATE>', '', 'state'],
    ['<UID>0</UID>', '', 'owner'],
    ['<MEMORY><![CDATA[128]]></MEMORY>', '', 'memory'],
    ['<MEMORY><![CDATA[128]]></MEMORY>', '<MEMORY>-1</MEMORY>', 'memory'],
    ['<MEMORY><![CDATA[128]]></MEMORY>', '<MEMORY>NaN</MEMORY>', 'memory'],
    ['<VCPU><![CDATA[1]]></VCPU>', '<VCPU>0</VCPU>', 'processors'],
    ['<VCPU><![CDATA[1]]></VCPU>', '<VCPU>many</VCPU>', 'processors'],
    ['<VCPU>', '<DISK><SIZE>big</SIZE></DISK><VCPU>', 'disk'],
  ])('%s -> %s is told, and does not hide the others', (before, now, fault) => {
    const { rows, faults } = parse('vms', pool(changed(before, now), recordedElement('vmpool-extended', 'VM', 8)))
    expect(rows.map(({ id }) => id)).toEqual([8])
    expect(faults).toEqual([expect.stringContaining(fault)])
  })

  it('of hosts too', () => {
    const host = recordedElement('hostpool', 'HOST', 0)
    const broken = filled(host, [['<TOTAL_CPU>800</TOTAL_CPU>', '<TOTAL_CPU>all</TOTAL_CPU>']])
    const { rows, faults } = parse(
      'hosts',
      good(`<HOST_POOL>${broken}${host.replace('<ID>0</ID>', '<ID>5</ID>')}</HOST_POOL>`),
    )
    expect(rows.map(({ id }) => id)).toEqual([5])
    expect(faults).toEqual(['host 0: a size is no number'])
  })
})

describe('what a user writes', () => {
  it('is one harmless line of bounded length', () => {
    const name = `a\u0001b\u001b[31m\n\u202ec${'x'.repeat(10_000)}`
    const [row] = parse('vms', pool(changed('<NAME>idle-vm-9</NAME>', `<NAME><![CDATA[${name}]]></NAME>`))).rows
    expect(row?.name.startsWith('a b [31m c')).toBe(true)
    expect(row?.name.length).toBe(500)
  })

  it('cannot become an element of its own by CDATA: what breaks out breaks the document', () => {
    const value = ']]></A></USER_TEMPLATE><STATE>8</STATE><USER_TEMPLATE><A><![CDATA['
    const text = `<USER_TEMPLATE><A><![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]></A></USER_TEMPLATE>`
    const recorded = '<USER_TEMPLATE><IDLE_POLICY><![CDATA[default]]></IDLE_POLICY></USER_TEMPLATE>'
    const [row] = parse('vms', pool(changed(recorded, text))).rows
    expect(row).toMatchObject({ state: 3, user: { A: value } })
  })

  it('in any number is read up to a bound, whatever its name', () => {
    const many = Array.from({ length: 5000 }, (_, nth) => `<A${nth}>x</A${nth}>`).join('')
    const recorded = '<USER_TEMPLATE>'
    const [row] = parse('vms', pool(changed(recorded, `${recorded}<__proto__>x</__proto__>${many}`))).rows
    expect(Object.keys(row?.user ?? {})).toHaveLength(200)
    expect(Object.getPrototypeOf(row?.user)).toBe(Object.prototype)
  })
})

describe('an answer that is not OpenNebula’s', () => {
  it.each([
    ['another document', recordedAnswer('hostpool')],
    ['monitoring data', recordedAnswer('vmpool-monitoring-last')],
    ['a number', recordedAnswer('vm-suspend-ok')],
    ['a text that is no document', good('hello')],
    ['an empty text', good('')],
    ['a document that is cut', good(recordedDocument('vmpool-extended').slice(0, 5000))],
    ['a document with a type declaration', good(`<!DOCTYPE x [<!ENTITY a "b">]><VM_POOL>&a;</VM_POOL>`)],
    ['a document with an entity', good('<VM_POOL>&a;</VM_POOL><VM_POOL/>')],
    ['two documents', good('<VM_POOL/><VM_POOL/>')],
    ['a document a thousand levels deep', good(`<VM_POOL>${'<A>'.repeat(1000)}${'</A>'.repeat(1000)}</VM_POOL>`)],
  ])('%s', (_, bytes) => {
    expect(() => parse('vms', bytes)).toThrow(XmlRpcWireError)
  })

  it('is no array of a boolean first', () => {
    for (const values of [
      '',
      '<value><i4>1</i4></value>',
      '<value><boolean>1</boolean></value>',
      '<value><boolean>0</boolean></value><value><i4>1</i4></value>',
    ]) {
      const body = `<methodResponse><params><param><value><array><data>${values}</data></array></value></param></params></methodResponse>`
      expect(() => readOneAnswer(Buffer.from(body)), values).toThrow(XmlRpcWireError)
    }
  })
})

describe('monitoring data', () => {
  const table = (records: string) => parse('vm-monitoring', good(`<MONITORING_DATA>${records}</MONITORING_DATA>`))

  it('without an id or a time is none, and the newest of several counts', () => {
    const found = table(
      '<MONITORING><ID>1</ID><CPU>5</CPU></MONITORING><MONITORING><TIMESTAMP>5</TIMESTAMP></MONITORING><OTHER/>' +
        '<MONITORING><ID>99999999999</ID><TIMESTAMP>5</TIMESTAMP></MONITORING>' +
        '<MONITORING><ID>2</ID><TIMESTAMP>5</TIMESTAMP><CPU>1</CPU></MONITORING>' +
        '<MONITORING><ID>2</ID><TIMESTAMP>6</TIMESTAMP><CPU>2</CPU></MONITORING>' +
        '<MONITORING><ID>2</ID><TIMESTAMP>4</TIMESTAMP><CPU>3</CPU></MONITORING>',
    )
    expect([...found.ids]).toEqual([2])
    expect(Array.from(found.values.subarray(0, 2))).toEqual([6, 2])
  })

  it('of a host that is offline is a time without figures', () => {
    const record = '<MONITORING><TIMESTAMP>5</TIMESTAMP><ID>2</ID></MONITORING>'
    const found = parse('host-monitoring', good(`<MONITORING_DATA>${record}</MONITORING_DATA>`))
    expect([...found.values]).toEqual([5, Number.NaN, Number.NaN])
  })

  it('with a figure that is none has a gap there', () => {
    for (const figure of ['', 'NaN', '-1', '1e9', '0x10', 'Infinity', '1 2', '9'.repeat(400), '[]']) {
      const found = table(
        `<MONITORING><ID>1</ID><TIMESTAMP>5</TIMESTAMP><CPU>${figure}</CPU><MEMORY>7</MEMORY></MONITORING>`,
      )
      expect(Array.from(found.values.subarray(0, 3)), figure).toEqual([5, Number.NaN, 7])
    }
  })
})

it('an error is the same on both sides of the thread', () => {
  const errors = [
    new OneError(2048, 'no'),
    new XmlRpcFault(-501, 'no'),
    new XmlRpcWireError('protocol', 'no'),
    new TypeError('no'),
  ]
  for (const error of errors) {
    const again = errorOf(structuredClone(failureOf(error)))
    expect(again).toEqual(error)
    expect(again.constructor).toBe(error.constructor)
  }
})
