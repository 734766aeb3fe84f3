import { describe, expect, it } from 'vitest'
import { checkFilter } from './filter-fault.ts'
import { type HostProperties, hostProperties } from './host-properties.ts'
import { matchesFilter, type PropertyFilter } from './property-filter.ts'
import { readCelFilter } from './read-cel-filter.ts'
import { readJsonFilter } from './read-json-filter.ts'
import { cloudId, type Host, hostId } from '@gleaner/model'

const cloud = cloudId('c')
const host = (native: string, cores: number, properties: Host['properties'] = {}): HostProperties =>
  hostProperties({
    id: hostId(cloud, native),
    cloudId: cloud,
    name: `node-${native}`,
    kind: 'hypervisor',
    state: 'up',
    cores,
    memoryMiB: cores * 4096,
    diskGiB: 500,
    reservedCores: 0,
    reservedMemoryMiB: 0,
    coreRatio: 4,
    memoryRatio: 1,
    properties,
    idlePowerW: undefined,
    fullPowerW: undefined,
  })

const fleet = [
  host('1', 6, { gpu: true, rack: 'r1', cpu_info: '{"model":"Broadwell","topology":{"cores":6}}' }),
  host('2', 8, { gpu: 'False', rack: 'r2', cpu_info: '{"model":"Skylake","topology":{"cores":8}}' }),
  host('3', 12, { rack: 'r2', 'my-name': 'x' }),
  host('4', 24, { gpu: true, rack: '10' }),
]

function ids(filter: ReturnType<typeof readJsonFilter>): string[] {
  if (filter === undefined) return fleet.map((one) => one.get('id') as string)
  if ('fault' in filter) throw new Error(filter.fault)
  return fleet.filter((one) => matchesFilter(filter, one)).map((one) => one.get('id') as string)
}

describe('JSON', () => {
  it.each([
    ['["=", "$id", "1"]', ['1']],
    ['["==", "$hypervisor_hostname", "node-2"]', ['2']],
    // As numbers: by their text "12" < "6" and "24" < "6".
    ['[">", "$vcpus", "6"]', ['2', '3', '4']],
    ['[">=", "$vcpus", "16"]', ['4']],
    ['["<", "$vcpus", 12]', ['1', '2']],
    ['["<=", "$memory_mb", "32768"]', ['1', '2']],
    ['["!=", "$rack", "r2"]', ['1', '4']],
    ['["and", ["and", [">", "$vcpus", "6"], ["=", "$rack", "r2"]], ["<", "$vcpus", "10"]]', ['2']],
    ['["or", ["=", "$vcpus", "6"], ["=", "$vcpus", 24.0]]', ['1', '4']],
    ['["not", ["=", "$rack", "r2"]]', ['1', '4']],
    ['["in", "$rack", "r1", "10"]', ['1', '4']],
    ['["in", "$rack", ["r1", 10]]', ['1', '4']],
    ['["=", "$gpu", "True"]', ['1', '4']],
    ['["=", "$gpu", false]', ['2']],
    // Who does not have the property is neither equal nor unequal.
    ['["!=", "$gpu", true]', ['2']],
    ['["not", ["=", "$gpu", true]]', ['2']],
    ['["=", "$cpu_info.model", "Skylake"]', ['2']],
    ['[">=", "$cpu_info.topology.cores", 6, 7]', ['2']],
    ['["<", 6, "$vcpus"]', ['2', '3', '4']],
    ['["=", "$vcpus", "$cpu_info.topology.cores"]', ['1', '2']],
    ['[]', ['1', '2', '3', '4']],
    ['', ['1', '2', '3', '4']],
  ])('%s', (text, expected) => {
    expect(ids(readJsonFilter(text))).toEqual(expected)
  })

  it.each([
    ['{', 'it is no JSON'],
    ['"x"', 'expected a list [operator, …], found "x"'],
    ['{"a": 1}', 'expected a list [operator, …], found {"a":1}'],
    ['["like", "$a", "b"]', '"like" is no operator; there are = != < <= > >= in and or not'],
    ['["and"]', '"and" needs at least one condition'],
    ['["not", ["=", "$a", 1], ["=", "$a", 2]]', '"not" takes one condition, found 2'],
    ['["and", ["=", "$a", 1], ["=", "$a"]]', 'at operand 2: "=" needs two operands or more'],
    ['["and", ["=", "$a", 1], ["or", ["=", "$a", {}]]]', 'at operand 2.1.2: expected a text or a number, found {}'],
    ['["=", "a", "b"]', '"=" names no property; a property is written "$name"'],
    ['["=", "$a..b", "b"]', 'at operand 1: "$a..b" names no property'],
    ['["in", "$a", []]', '"in" needs at least one value'],
    ['[null, "$a", 1]', 'null is no operator; there are = != < <= > >= in and or not'],
  ])('refuses %s', (text, sentence) => {
    expect(readJsonFilter(text)).toEqual({ fault: sentence })
  })

  it('refuses what is too deep, too wide or too long before it costs anything', () => {
    let deep: unknown = ['=', '$a', 1]
    for (let depth = 0; depth < 5000; depth++) deep = ['not', deep]
    expect(readJsonFilter(deep)).toEqual({ fault: 'it is nested more than 16 deep' })
    const wide = ['and', ...Array.from({ length: 100_000 }, () => ['=', '$a', 1])]
    expect(readJsonFilter(wide)).toEqual({ fault: 'it has more than 500 parts' })
    expect(readJsonFilter(' '.repeat(9) + '['.repeat(20_000))).toEqual({
      fault: 'it has 20009 characters, at most 10000 are allowed',
    })
  })
})

describe('CEL', () => {
  it.each([
    ['vcpus >= 8 && rack == "r2"', ['2', '3']],
    ['cpu_info.model == "Broadwell" || vcpus > 20', ['1', '4']],
    ['cpu_info["topology"].cores == 8', ['2']],
    ['!(rack in ["r1", "r2"])', ['4']],
    ['gpu', ['1', '4']],
    ['host["my-name"] == "x"', ['3']],
    ['vcpus > -1', ['1', '2', '3', '4']],
    [' ', ['1', '2', '3', '4']],
  ])('%s', (text, expected) => {
    expect(ids(readCelFilter(text))).toEqual(expected)
  })

  it.each([
    ['vcpus >= ', /the expression ends too early|found the end/],
    ['vcpus + 1 > 3', /expected a property or a written-out value \(column 1\)/],
    ['1 == 1', /names no property of the host/],
    ['vcpus > 3 and gpu', /Write "&&"/],
    ['rack in []', /nothing is in an empty list \(column 9\)/],
    ['rack.startsWith("r")', /a filter of hosts is made of comparisons/],
  ])('refuses %s', (text, sentence) => {
    expect(readCelFilter(text)).toEqual({ fault: expect.stringMatching(sentence) })
  })
})

describe('against the hosts', () => {
  const check = (text: string) => checkFilter(readJsonFilter(text) as PropertyFilter, fleet)

  it.each([
    ['["=", "$vcpu", "1"]', 'no host has a property "vcpu"; did you mean "vcpus"?'],
    [
      '["not", ["=", "$cpu_info.modell", "x"]]',
      'no host has a property "cpu_info.modell"; did you mean "cpu_info.model"?',
    ],
    ['["and", [">", "$vcpus", "many"]]', '">" compares $vcpus, a number, with "many", which is none'],
    ['["<", "$name", 5]', '"<" compares 5, a number, with $name, which is none'],
  ])('%s', (text, fault) => {
    expect(check(text)).toEqual({ fault })
  })

  it.each(['[">", "$rack", "r1"]', '["=", "$vcpus", "many"]', '["or", ["=", "$gpu", true], ["in", "$id", "7"]]'])(
    'lets %s pass',
    (text) => {
      expect(check(text)).toBeUndefined()
    },
  )
})
