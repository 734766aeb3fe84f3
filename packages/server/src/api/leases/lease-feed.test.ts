import type { LeaseView } from '@gleaner/model'
import { expect, it } from 'vitest'
import { leaseFeed } from './lease-feed.ts'

const lease = (more: Partial<LeaseView> = {}): LeaseView => ({
  id: 'lea_1',
  name: 'exam',
  cloud: 'demo',
  project: 'web-shop',
  by: 'ada',
  state: 'pending',
  start: '2026-03-29T00:30:00.000Z',
  end: '2026-03-29T02:30:00.000Z',
  createdAt: '2026-03-01T00:00:00.000Z',
  updatedAt: '2026-03-02T12:00:00.250Z',
  endAction: 'nothing',
  reservations: [{ id: 'res_1', min: 2, max: 2, hosts: ['hv-01', 'hv-02'] }],
  events: [],
  ...more,
})

const lines = (text: string) => text.replaceAll('\r\n ', '').split('\r\n')

it('writes one event per lease, in UTC, whatever the night on which clocks change', () => {
  expect(lines(leaseFeed([lease()]))).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Gleaner//Leases//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'X-WR-CALNAME:Leases',
    'BEGIN:VEVENT',
    'UID:lea_1@gleaner',
    'DTSTAMP:20260302T120000Z',
    'LAST-MODIFIED:20260302T120000Z',
    'SEQUENCE:1772452800',
    'DTSTART:20260329T003000Z',
    'DTEND:20260329T023000Z',
    'STATUS:CONFIRMED',
    'SUMMARY:exam (web-shop)',
    'LOCATION:hv-01\\, hv-02',
    'DESCRIPTION:pending\\, for web-shop on demo\\, asked for by ada\\nHosts: hv-01\\, hv-02',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ])
})

it('gives a lease that ended in the second in which it began no end before or at its start', () => {
  const short = lines(leaseFeed([lease({ start: '2026-03-29T00:30:00.100Z', end: '2026-03-29T00:30:00.101Z' })]))
  expect(short).toContain('DTSTART:20260329T003000Z')
  expect(short.filter((line) => line.startsWith('DTEND'))).toEqual([])
})

it('lets no name write lines of its own', () => {
  const text = leaseFeed([lease({ name: 'a\r\nEND:VCALENDAR\nBEGIN:X;b\\c,d\u0000' })])
  expect(lines(text).filter((line) => line === 'END:VCALENDAR')).toHaveLength(1)
  expect(lines(text)).toContain('SUMMARY:a\\nEND:VCALENDAR\\nBEGIN:X\\;b\\\\c\\,d  (web-shop)')
})

it('folds lines at 75 bytes and never within a character', () => {
  const name = '名前😀é'.repeat(40)
  const text = leaseFeed([lease({ name })])
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
  expect(lines(text)).toContain(`SUMMARY:${name} (web-shop)`)
})

it.each([
  ['proposed', 'TENTATIVE'],
  ['active', 'CONFIRMED'],
  ['cancelled', 'CANCELLED'],
  ['lapsed', 'CANCELLED'],
] as const)('%s is %s', (state, status) => {
  expect(lines(leaseFeed([lease({ state })]))).toContain(`STATUS:${status}`)
})
