// A name that could mean two machines, or two agents for one machine, is never taken for either.
import { cloudId } from '@gleaner/model'
import { aHost, testCloud } from '@gleaner/testkit'
import { expect, it } from 'vitest'
import { asDesktops, matchDesktops } from './match-desktops.ts'
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

it('a host that an agent speaks for is a desktop, whatever its cloud takes it for', () => {
  expect(asDesktops([here, aHost()], [mine]).map(({ kind }) => kind)).toEqual(['desktop', 'hypervisor'])
  const hosts = [aHost()]
  expect(asDesktops(hosts, [])).toBe(hosts)
  expect(here.cloudId).toBe(testCloud)
})
