import type { DomainStats } from '@gleaner/wire-libvirt'
import { expect, it } from 'vitest'
import { GuestMemoryMeter } from './guest-memory.ts'

const uuid = '00000000-0000-4000-8000-000000000001'
const record = (params: Readonly<Record<string, number>>): DomainStats => ({
  domain: { name: 'g', uuid, id: 1 },
  params: new Map(Object.entries({ 'state.state': 1, 'balloon.maximum': 1_048_576, ...params })),
})
const whole = {
  'balloon.current': 1_048_576,
  'balloon.rss': 900_000,
  'balloon.usable': 524_288,
  'balloon.unused': 262_144,
}

it('a word counts from when its time was seen to change, whatever the clock of the host says', () => {
  const meter = new GuestMemoryMeter()
  const read = (saidAtS: number, nowMs: number) =>
    meter.read(record({ ...whole, 'balloon.last-update': saidAtS }), nowMs)?.saidAtMs
  expect(read(90, 100_000)).toBe(90_000)
  expect(read(90, 130_000)).toBe(90_000)
  expect(read(93, 131_000)).toBe(131_000)
  expect(new GuestMemoryMeter().read(record({ ...whole, 'balloon.last-update': 500 }), 100_000)?.saidAtMs).toBe(100_000)
})

it('old guests tell only what is wholly free; one without its driver tells nothing', () => {
  const meter = new GuestMemoryMeter()
  const { 'balloon.usable': _, ...old } = whole
  expect(meter.read(record({ ...old, 'balloon.last-update': 5 }), 9000)).toMatchObject({
    leftMiB: 1024,
    usableMiB: 256,
  })
  const silent = record({ 'balloon.current': 1_048_576, 'balloon.rss': 1, 'balloon.last-update': 0 })
  expect(meter.read(silent, 9000)).toMatchObject({ usableMiB: Number.NaN, saidAtMs: Number.NaN })
})

it('a domain that is just being worked on is not in the answer, and neither is one that does not run', () => {
  const meter = new GuestMemoryMeter()
  expect(meter.read(record({ 'balloon.current': 524_288 }), 9000)).toBeUndefined()
  expect(meter.read(record({ ...whole, 'balloon.last-update': 5, 'state.state': 3 }), 9000)).toBeUndefined()
})
