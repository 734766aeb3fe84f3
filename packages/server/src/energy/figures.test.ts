import { freezeSnapshot } from '@gleaner/engine'
import { cloudId } from '@gleaner/model'
import { aHost, aSnapshot } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { parseConfig } from '../config/load.ts'
import { figureOf, slownessOf, weighedEfficiency } from './figures.ts'

const read = (text: string) =>
  parseConfig(
    `clouds: [{ id: sim, kind: simulated }, { id: other, kind: simulated }]\n${text}`,
    '/nowhere/gleaner.yaml',
    {
      environment: {},
      directory: '/nowhere',
    },
  )

const power = `power:
  efficiency: [{ property: model, value: new, operationsPerS: 900 }, { property: model, value: old, operationsPerS: 300 }]
  hosts:
    - { name: a, cloud: other, operationsPerS: 1 }
    - { name: a, cloud: sim, operationsPerS: 600 }
    - { name: b, cloud: other, operationsPerS: 1 }
`

it('a figure is that of the host in its cloud, else that of the first property it has', () => {
  const settings = read(power).power
  const figure = (name: string, model: string) => {
    return figureOf(settings, aHost({ name, cloudId: cloudId('sim'), properties: { model } }))?.operationsPerS
  }
  expect(figure('a', 'new')).toBe(600)
  expect(figure('b', 'new')).toBe(900)
  expect(figure('c', 'old')).toBe(300)
  expect(figure('c', 'else')).toBeUndefined()
})

it('work per watt counts once its weigher is set, for hosts with a figure', () => {
  const hosts = [
    aHost({ name: 'c', properties: { model: 'new' }, fullPowerW: 300 }),
    aHost({ name: 'd', properties: { model: 'old' }, fullPowerW: 300 }),
    aHost({ name: 'e', fullPowerW: 300 }),
  ]
  const reading = aSnapshot({ hosts, instances: [] })
  const snapshot = freezeSnapshot(reading, reading)
  expect(weighedEfficiency(read(power), snapshot)).toBeUndefined()
  expect(weighedEfficiency(read(`${power}placement: { weighers: { EfficiencyWeigher: 0 } }`), snapshot)).toBeUndefined()
  const config = read(`${power}placement: { weighers: { EfficiencyWeigher: 1 } }`)
  const known = weighedEfficiency(config, snapshot)
  expect([...(known ?? [])]).toEqual([
    [hosts[0]?.id, 3],
    [hosts[1]?.id, 1],
  ])
  // The same as long as nothing of it changed: who keeps room looks at no host for it.
  expect(weighedEfficiency(config, snapshot)).toBe(known)
  const others = read(
    'power: { efficiency: [{ property: model, value: old, operationsPerS: 30 }] }\nplacement: { weighers: { EfficiencyWeigher: 1 } }',
  )
  expect([...(weighedEfficiency(others, snapshot) ?? [])]).toEqual([[hosts[1]?.id, 0.1]])
})

it('work takes as long as the figures say, once the weigher is set, and longest where there is no figure', () => {
  const hosts = ['new', 'old', 'else'].map((model, nth) => aHost({ name: `h${nth}`, properties: { model } }))
  expect(slownessOf(read(power), { hosts })).toBeUndefined()
  const config = read(`${power}placement: { weighers: { EfficiencyWeigher: 1 } }`)
  const slowness = slownessOf(config, { hosts })
  // The mean of 900 and 300 is 600.
  expect(hosts.map(({ id }) => slowness?.(id))).toEqual([600 / 900, 2, 2])
  expect(slownessOf(config, { hosts: hosts.slice(2) })).toBeUndefined()
})
