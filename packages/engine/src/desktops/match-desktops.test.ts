// A name that could mean two machines, or two agents for one machine, is never taken for either.
import { cloudId } from '@gleaner/model'
import { aHost, testCloud } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { asDesktops, matchDesktops, unheededDesktops } from './match-desktops.ts'
import { aDesktop } from './testing/a-desktop.ts'

const here = aHost({ name: 'desk-1' })
const there = aHost({ name: 'desk-1', cloudId: cloudId('other') })
const mine = aDesktop('lendable')
const anywhere = aDesktop('lendable', { id: 'dsk_2', cloudId: undefined })

it('a desktop is the host of its name in its cloud', () => {
  expect(matchDesktops([mine], [here, there, aHost()])).toEqual(new Map([[here.id, mine]]))
  expect(matchDesktops([anywhere], [here])).toEqual(new Map([[here.id, anywhere]]))
})

it('what is not clear is a desktop of which nothing is known', () => {
  expect(matchDesktops([anywhere], [here, there])).toEqual(
    new Map([
      [here.id, undefined],
      [there.id, undefined],
    ]),
  )
  expect(matchDesktops([mine, anywhere], [here])).toEqual(new Map([[here.id, undefined]]))
})

it('an agent that may not speak any more makes nothing unclear, and is the desktop as long as nobody else is', () => {
  const revoked = { ...anywhere, revokedAtMs: 1 }
  expect(matchDesktops([mine, revoked], [here])).toEqual(new Map([[here.id, mine]]))
  expect(matchDesktops([revoked], [here])).toEqual(new Map([[here.id, revoked]]))
})

it('of who is heeded nowhere it is told why', () => {
  const why = (desktops: readonly (typeof mine)[], hosts: readonly (typeof here)[]) =>
    [...unheededDesktops(desktops, hosts)].map(([id, { sentence }]) => `${id}: ${sentence}`)
  expect(why([mine], [here])).toEqual([])
  expect(why([mine], [there])).toEqual([`dsk_1: ${testCloud} has no host desk-1: no guests come.`])
  expect(why([anywhere], [])).toEqual(['dsk_2: No cloud has a host desk-1: no guests come.'])
  expect(why([anywhere], [here, there])).toEqual([expect.stringContaining('dsk_2: 2 hosts are named desk-1') as string])
  const both = 'Another agent speaks for desk-1 as well'
  expect(why([mine, anywhere], [here])).toEqual([
    expect.stringContaining(`dsk_1: ${both}`) as string,
    expect.stringContaining(`dsk_2: ${both}`) as string,
  ])
})

it('a host that an agent speaks for is a desktop, whatever its cloud takes it for', () => {
  expect(asDesktops([here, aHost()], [mine]).map(({ kind }) => kind)).toEqual(['desktop', 'hypervisor'])
  const hosts = [aHost()]
  expect(asDesktops(hosts, [])).toBe(hosts)
  expect(here.cloudId).toBe(testCloud)
})
