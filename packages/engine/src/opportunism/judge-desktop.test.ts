import { describe, expect, it } from 'vitest'
import { judgeDesktop } from './judge-desktop.ts'
import { newLendingMemory } from './lending-memory.ts'
import { backOffMs, defaultBackOff } from './lending-policy.ts'
import { minuteMs, policyOf, rule, WatchedDesktop } from './testing/watched-desktop.ts'

const bump = { afterIdleMs: 15 * minuteMs, againAfterMs: 1000, forgetAfterMs: 4000 }
const day = Number.POSITIVE_INFINITY

describe('from in use to lent and back', () => {
  it('goes through quiet and grace, warns once, and is lendable when the absent time is over', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    expect(desktop.touch('input').phase).toBe('in-use')
    expect(desktop.look().phase).toBe('quiet')
    const warned: number[] = []
    const phases = new Set<string>()
    const began = desktop.clocks.monoMs
    while (desktop.look().phase !== 'lendable') {
      phases.add(desktop.answer?.phase ?? '')
      if (desktop.answer?.warn === true) warned.push(desktop.clocks.monoMs - began)
    }
    expect([...phases]).toEqual(['quiet', 'grace'])
    // Typed a second before `began`: 15 min of calm end 899 s after it, and the warning comes 30 s earlier.
    expect(desktop.clocks.monoMs - began).toBe(899_000)
    expect(warned).toEqual([869_000])
    expect(desktop.answer?.verdict.code).toBe('lendable')
  })

  it('is reclaiming while guests run after a return, and in use when they stand still', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs + 1000)
    desktop.guests = { running: 2, paused: 0 }
    expect(desktop.look().phase).toBe('lent')
    const returned = desktop.touch('input')
    expect(returned).toMatchObject({ phase: 'reclaiming', mayRun: false, verdict: { code: 'user-input' } })
    expect(desktop.look()).toMatchObject({ phase: 'quiet', mayRun: false })
  })

  it.each(['active', 'between'] as const)('counts what is %s in the very moment of a calm reading', (state) => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(14 * minuteMs)
    desktop.states.set('input', state)
    desktop.look(0)
    // The other way round the calm one takes nothing back.
    desktop.states.set('input', 'idle')
    desktop.look(0)
    expect(desktop.stay(15 * minuteMs - 1000).mayRun).toBe(false)
    expect(desktop.look().mayRun).toBe(true)
  })

  it('stays reclaiming as long as a guest cannot be paused, whoever is there by then', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs + 1000)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.touch('input')
    for (let nth = 0; nth < 100; nth++) {
      desktop.guests = { running: 1, paused: 0 }
      expect(desktop.look()).toMatchObject({ phase: 'reclaiming', mayRun: false })
    }
  })

  it('lets paused guests go on after the shorter time, and after a longer one with each interruption', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs + 1000)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    const waits: number[] = []
    for (let nth = 0; nth < 4; nth++) {
      desktop.touch('input')
      const began = desktop.clocks.monoMs
      while (!desktop.look().mayRun);
      waits.push((desktop.clocks.monoMs - began) / minuteMs)
    }
    expect(waits).toEqual([5 + 1, 5 + 2, 5 + 4, 5 + 8])
  })

  it('forgets interruptions when the window is over', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs + 1000)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.touch('input')
    expect(desktop.answer?.memory.interruptedAtMs).toHaveLength(1)
    desktop.stay(121 * minuteMs, 5000)
    expect(desktop.answer?.backOffMs).toBe(0)
  })

  it('wants the memory back when guests were paused for ten minutes', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs + 1000)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.touch('input')
    desktop.states.set('input', 'active')
    expect(desktop.stay(10 * minuteMs).preempt).toBe(false)
    expect(desktop.look(1000).preempt).toBe(true)
  })
})

describe('thresholds apart', () => {
  const load = rule('load', { code: 'host-busy', suspendAfterMs: 2 * minuteMs, presence: false })

  it('load between its thresholds keeps guests from beginning and sends none away', () => {
    const desktop = new WatchedDesktop(policyOf([load]))
    desktop.stay(15 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.states.set('load', 'between')
    expect(desktop.stay(30 * minuteMs)).toMatchObject({ phase: 'lent', mayRun: true })
    desktop.guests = { running: 0, paused: 0 }
    expect(desktop.look().phase).toBe('quiet')
  })

  it('load has to last two minutes before guests are paused', () => {
    const desktop = new WatchedDesktop(policyOf([load]))
    desktop.stay(15 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.states.set('load', 'active')
    expect(desktop.stay(2 * minuteMs).mayRun).toBe(true)
    expect(desktop.look()).toMatchObject({ mayRun: false, verdict: { code: 'host-busy' } })
  })
})

describe('a desk that shakes', () => {
  const pointer = rule('pointer', { bump })
  const lent = () => {
    const desktop = new WatchedDesktop(policyOf([pointer]))
    desktop.stay(16 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    return desktop
  }

  it('pauses at once, goes on when nothing follows, and counts no interruption', () => {
    const desktop = lent()
    expect(desktop.touch('pointer')).toMatchObject({ mayRun: false })
    expect(desktop.stay(3000).mayRun).toBe(false)
    expect(desktop.look()).toMatchObject({ phase: 'lent', mayRun: true, backOffMs: 0 })
    expect(desktop.answer?.memory.interruptedAtMs).toEqual([])
  })

  it('is a return when another move follows a second later', () => {
    const desktop = lent()
    desktop.touch('pointer')
    desktop.look()
    desktop.touch('pointer')
    expect(desktop.answer?.memory.interruptedAtMs).toHaveLength(1)
    expect(desktop.stay(5 * minuteMs).mayRun).toBe(false)
    expect(desktop.stay(minuteMs).mayRun).toBe(true)
  })

  it('is no bump soon after real use', () => {
    const desktop = new WatchedDesktop(policyOf([pointer]))
    desktop.touch('pointer')
    desktop.stay(10 * minuteMs)
    desktop.touch('pointer')
    expect(desktop.stay(14 * minuteMs).phase).not.toBe('lendable')
  })
})

describe('what counts as in use', () => {
  it('a machine without a monitor is never lendable', () => {
    const desktop = new WatchedDesktop(policyOf([]))
    expect(desktop.stay(60 * minuteMs)).toMatchObject({ phase: 'in-use', verdict: { code: 'nothing-watched' } })
  })

  it.each(['silent', 'missing'] as const)(
    'a monitor that is %s sends guests away and starts its time anew',
    (state) => {
      const desktop = new WatchedDesktop(policyOf([rule('input'), rule('tty')]))
      desktop.stay(15 * minuteMs)
      desktop.guests = { running: 1, paused: 0 }
      desktop.look()
      desktop.states.set('tty', state)
      expect(desktop.look()).toMatchObject({
        mayRun: false,
        verdict: { code: 'signal-missing', facts: { monitor: 'tty' } },
      })
      desktop.states.set('tty', 'idle')
      expect(desktop.stay(5 * minuteMs).mayRun).toBe(false)
    },
  )

  it('a reading that stopped being renewed is none', () => {
    const policy = policyOf([rule('input', { startAfterMs: 0, continueAfterMs: 0 })])
    const clocks = { monoMs: 100_000, bootMs: 100_000, wallMs: 0 }
    const judged = (readAtMs: number) =>
      judgeDesktop(policy, newLendingMemory(clocks), {
        clocks: { monoMs: 101_000, bootMs: 101_000, wallMs: 1000 },
        readings: [{ monitor: 'input', state: 'idle', readAtMs, detail: '', facts: {} }],
        guests: { running: 0, paused: 0 },
        wish: undefined,
        contractUntilMs: day,
      }).verdict.code
    expect(judged(101_000)).toBe('lendable')
    expect(judged(95_999)).toBe('signal-missing')
    expect(judged(102_000)).toBe('signal-missing')
    expect(judged(Number.NaN)).toBe('signal-missing')
  })
})

describe('clocks', () => {
  const lent = () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    expect(desktop.look().phase).toBe('lent')
    return desktop
  }

  it('a wall clock that is set by a day changes nothing', () => {
    const desktop = lent()
    desktop.clocks = { ...desktop.clocks, wallMs: desktop.clocks.wallMs - 86_400_000 }
    expect(desktop.look().phase).toBe('lent')
    desktop.clocks = { ...desktop.clocks, wallMs: desktop.clocks.wallMs + 2 * 86_400_000 }
    expect(desktop.look().phase).toBe('lent')
  })

  it('a machine that slept is in use when it wakes, however long it slept', () => {
    const desktop = lent()
    const slept = 8 * 60 * minuteMs
    desktop.clocks = { ...desktop.clocks, bootMs: desktop.clocks.bootMs + slept, wallMs: desktop.clocks.wallMs + slept }
    expect(desktop.look()).toMatchObject({ mayRun: false, verdict: { code: 'machine-woke' } })
    expect(desktop.stay(5 * minuteMs - 1000).mayRun).toBe(false)
  })

  it('time in which nobody looked is no proof of calm', () => {
    const desktop = lent()
    expect(desktop.look(11_000)).toMatchObject({ mayRun: false, verdict: { code: 'not-watched' } })
  })
})

describe('the owner and the control plane', () => {
  it('a refusal keeps the machine, and ends on the later of two clocks', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.stay(15 * minuteMs)
    const { monoMs, wallMs } = desktop.clocks
    desktop.wish = { kind: 'not-now', untilMonoMs: monoMs + minuteMs, untilWallMs: wallMs + minuteMs }
    expect(desktop.look()).toMatchObject({ phase: 'in-use', verdict: { code: 'owner-refuses' } })
    desktop.clocks = { ...desktop.clocks, wallMs: wallMs + 3_600_000 }
    expect(desktop.look().verdict.code).toBe('owner-refuses')
    expect(desktop.stay(minuteMs).phase).toBe('lendable')
  })

  it('"lend now" waits ten seconds and not fifteen minutes, and the user comes first all the same', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.touch('input')
    const { monoMs, wallMs } = desktop.clocks
    desktop.wish = { kind: 'lend', untilMonoMs: monoMs + 60 * minuteMs, untilWallMs: wallMs + 60 * minuteMs }
    expect(desktop.stay(9000).mayRun).toBe(false)
    expect(desktop.look().phase).toBe('lendable')
    expect(desktop.touch('input').mayRun).toBe(false)
  })

  it('"lend now" ends when a clock was set, because its end cannot be told any more', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    const { monoMs, wallMs } = desktop.clocks
    desktop.wish = { kind: 'lend', untilMonoMs: monoMs + 60 * minuteMs, untilWallMs: wallMs + 60 * minuteMs }
    desktop.stay(15_000)
    desktop.clocks = { ...desktop.clocks, wallMs: wallMs - 86_400_000 }
    expect(desktop.look().phase).not.toBe('lendable')
  })

  it('a contract that is over pauses the guests, and a renewed one lets them go on at once', () => {
    const desktop = new WatchedDesktop(policyOf([rule('input')]))
    desktop.contractUntilMs = desktop.clocks.monoMs + 20 * minuteMs
    desktop.stay(15 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    expect(desktop.stay(4 * minuteMs).phase).toBe('lent')
    expect(desktop.stay(2 * minuteMs)).toMatchObject({ mayRun: false, verdict: { code: 'lend-contract-over' } })
    desktop.contractUntilMs = desktop.clocks.monoMs + minuteMs
    expect(desktop.look().mayRun).toBe(true)
  })
})

describe('a screen that is locked', () => {
  const rules = [rule('keys', { local: true }), rule('terminals', { code: 'user-terminal' })]
  const lockedAfterMs = 2 * minuteMs
  const calm = (how: object, locked: boolean) => {
    const desktop = new WatchedDesktop(policyOf([rules[0] ?? rule('keys')], how))
    desktop.touch('keys')
    desktop.locked = locked
    return desktop
  }

  it('shortens the wait for whoever sat there, from the last key on, and that alone', () => {
    const desktop = calm({ lockedAfterMs }, true)
    expect(desktop.stay(lockedAfterMs - 1000).mayRun).toBe(false)
    expect(desktop.look()).toMatchObject({ phase: 'lendable', mayRun: true })
    expect(desktop.touch('keys').mayRun).toBe(false)
    // Somebody at a terminal from afar has locked nothing.
    const far = new WatchedDesktop(policyOf(rules, { lockedAfterMs }))
    far.locked = true
    far.touch('terminals')
    expect(far.stay(15 * minuteMs - 1000).mayRun).toBe(false)
    expect(far.look().phase).toBe('lendable')
  })

  it('changes nothing where the policy does not say so, and never makes a wait longer', () => {
    expect(calm({}, true).stay(14 * minuteMs).mayRun).toBe(false)
    expect(calm({ lockedAfterMs }, false).stay(14 * minuteMs).mayRun).toBe(false)
    expect(calm({ lockedAfterMs: 60 * minuteMs }, true).stay(15 * minuteMs).phase).toBe('lendable')
  })

  it('waits longer after interruptions all the same', () => {
    const desktop = calm({ lockedAfterMs }, true)
    desktop.stay(lockedAfterMs)
    desktop.guests = { running: 1, paused: 0 }
    desktop.look()
    desktop.touch('keys')
    expect(desktop.stay(lockedAfterMs).mayRun).toBe(false)
    expect(desktop.stay(defaultBackOff.firstMs).mayRun).toBe(true)
  })

  it('when it is unlocked somebody is there, without any key; so is when nobody can tell any more', () => {
    const desktop = calm({ lockedAfterMs }, true)
    desktop.stay(5 * minuteMs)
    desktop.guests = { running: 1, paused: 0 }
    expect(desktop.look().phase).toBe('lent')
    desktop.locked = false
    expect(desktop.look()).toMatchObject({ phase: 'reclaiming', mayRun: false, verdict: { code: 'user-session' } })
    expect(desktop.look()).toMatchObject({ mayRun: false, verdict: { code: 'absent-time' } })
    // From then on as if a key had been pressed: five minutes to go on, and one for the interruption.
    expect(desktop.stay(6 * minuteMs - 2000).mayRun).toBe(false)
    expect(desktop.look().mayRun).toBe(true)
    // Without the policy an unlocked screen is not looked at.
    const plain = calm({}, true)
    plain.stay(16 * minuteMs)
    plain.locked = false
    expect(plain.look().mayRun).toBe(true)
  })
})

it('the back-off doubles and ends at its most', () => {
  expect([0, 1, 2, 3, 6, 7, 32, 5000].map((count) => backOffMs(defaultBackOff, count) / minuteMs)).toEqual([
    0, 1, 2, 4, 32, 60, 60, 60,
  ])
})
