import { aHost } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { givenEfficiency, hostEfficiency } from './host-efficiency.ts'
import { efficiencyScore, rankHosts } from './rank-hosts.ts'

const figure = (operationsPerS: number) => ({ operationsPerS, from: 'a benchmark' })

it('a figure is divided by the full power', () => {
  const given = hostEfficiency(aHost({ fullPowerW: 200 }), figure(3e6))
  expect(given).toMatchObject({ perWatt: 15_000, isGuess: false, from: 'a benchmark' })
})

it('without a figure the cores and the clock in the name of the CPU are what is known, and it is marked as a guess', () => {
  const host = aHost({ cores: 10, fullPowerW: 160, properties: { cpu: 'Intel(R) Xeon(R) CPU E5-2630 v3 @ 2.40GHz' } })
  // 10 cores at 2.4 GHz, 8 operations a cycle, 160 W.
  expect(hostEfficiency(host, undefined)).toMatchObject({ perWatt: 1.2e9, isGuess: true })
  expect(hostEfficiency(aHost({ cores: 16, fullPowerW: undefined }), undefined).from).toMatch(/power guessed/)
})

it('is not guessed for who may not guess', () => {
  const host = aHost({ fullPowerW: 200 })
  expect(givenEfficiency(host, figure(3e6))).toBe(15_000)
  expect(givenEfficiency(host, figure(0))).toBeUndefined()
  expect(givenEfficiency(host, undefined)).toBeUndefined()
  // Of 16 cores: 40 W and 7 W a core.
  expect(givenEfficiency(aHost({ cores: 16, fullPowerW: undefined }), figure(1520))).toBe(10)
})

it('figures go before guesses, better before worse, equals by name with one rank; desktops are nobody’s to rank', () => {
  const hosts = [
    aHost({ name: 'd', fullPowerW: 100 }),
    aHost({ name: 'c', fullPowerW: 200 }),
    aHost({ name: 'b', fullPowerW: 100 }),
    aHost({ name: 'a', fullPowerW: 1 }),
    aHost({ name: 'e', kind: 'desktop' }),
  ]
  const ranked = rankHosts(hosts, ({ name }) => (name === 'a' ? undefined : figure(1000)))
  expect(ranked.map(({ host, rank }) => `${rank} ${host.name}`)).toEqual(['1 b', '1 d', '3 c', '4 a'])
  const scores = ranked.map(({ efficiency }) => efficiencyScore(efficiency))
  expect([...scores].sort((x, y) => y - x)).toEqual(scores)
})
