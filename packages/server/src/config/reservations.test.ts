import { describe, expect, it } from 'vitest'
import { parseConfig } from './load.ts'

const read = (reservations: string, environment = {}) =>
  parseConfig(`reservations:\n${reservations}`, '/nowhere/gleaner.yaml', { environment, directory: '/nowhere' })

describe('the section reservations', () => {
  it('limits nobody and asks nobody unless it is written', () => {
    const { reservations } = parseConfig('log: info', 'x', { environment: {}, directory: '/' })
    expect(reservations).toMatchObject({ timeZone: 'UTC', approval: undefined, makeRoomMs: 1_800_000 })
    expect(read('  makeRoom: 2h').reservations.makeRoomMs).toBe(7_200_000)
    expect(reservations.limits).toEqual({
      hostHours: undefined,
      period: 'month',
      longestMs: undefined,
      priority: 0,
      waiting: 100,
      furthestMs: undefined,
    })
  })

  it('gives a project what is not said of it from all', () => {
    const { reservations } = read(
      '  period: week\n  limits: { hostHours: 10, longest: 2d }\n  limitsByProject: { physics: { hostHours: 50, furthest: 30d, priority: 5 } }\n',
    )
    expect(reservations.limitsOfProject.get('physics')).toEqual({
      hostHours: 50,
      period: 'week',
      longestMs: 2 * 86_400_000,
      furthestMs: 30 * 86_400_000,
      priority: 5,
      waiting: 100,
    })
  })

  it('takes the secret from the environment and shows it nowhere', () => {
    const config = read('  approval: { url: "https://billing.example.org/gleaner", token: { env: T } }\n', {
      T: 'let-me-in',
    })
    expect(config.reservations.approval).toMatchObject({ token: 'let-me-in', timeoutMs: 5000, unanswered: 'refuse' })
    expect(config.reservations.approval?.url.href).toBe('https://billing.example.org/gleaner/')
    expect(JSON.stringify(config.origins)).not.toMatch(/let-me-in|billing\.example/)
  })

  it.each([
    ['  timeZone: Mars/Olympus\n', /"Mars\/Olympus" is no time zone/],
    ['  period: fortnight\n', /one of day, week, month, year/],
    ['  limits: { hostHours: -1 }\n', /hostHours/],
    ['  limits: { longest: soon }\n', /longest/],
    ['  limits: { hours: 1 }\n', /hours/],
    ['  approval: { url: "http://billing.example.org/" }\n', /leases would cross the network in the clear/],
    ['  approval: { url: "nowhere" }\n', /the address cannot be read/],
    ['  approval: { url: { env: MISSING } }\n', /the environment variable MISSING is not set/],
    ['  approval: { url: "https://b.example.org", token: { file: /nowhere/t } }\n', /secret file .* cannot be read/],
    ['  approval: { url: "https://b.example.org", token: "a b" }\n', /characters that no header may hold/],
    ['  approval: { url: "https://b.example.org", timeout: 2h }\n', /at most 60s/],
    ['  approval: { url: "https://b.example.org", unanswered: maybe }\n', /unanswered/],
  ])('refuses %s', (text, words) => {
    expect(() => read(text)).toThrow(words)
  })

  it('ends nothing that nobody was told of before, and leaves unused leases alone unless it is written', () => {
    expect(read('  period: day').reservations.unused).toBeUndefined()
    expect(read('  unused: { warn: 2h, end: 1d }').reservations.unused).toEqual({
      warnMs: 7_200_000,
      endMs: 86_400_000,
    })
    expect(read('  unused: { warn: 2h }').reservations.unused).toEqual({ warnMs: 7_200_000, endMs: undefined })
    expect(() => read('  unused: { end: 2h }')).toThrow(/warn/)
    expect(() => read('  unused: { warn: 2h, end: 2h }')).toThrow(/end is at least 1m longer than warn/)
    expect(() => read('  unused: { warn: 2h, end: 1h }')).toThrow(/end is at least 1m longer than warn/)
    expect(() => read('  unused: { warn: 0s }')).toThrow(/warn is at least 1m/)
  })
})
