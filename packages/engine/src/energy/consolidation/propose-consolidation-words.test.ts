// What consolidation says: of hosts that are emptied or not, of who moves, of who stays and for how long.
import type { InstanceId, JournalEntry } from '@gleaner/model'
import { describe, expect, it } from 'vitest'
import { ask, crowd, h1, h2, h3, host, locked, lone, moved, nowMs, on, scene } from './testing/a-consolidation-scene.ts'

describe('a host that could be emptied, but for the room where somebody would go', () => {
  // Policies know nothing of disks.
  const small = host('h2', { diskGiB: 10, coreRatio: 8 })
  const large = on(h1, 'large', { diskGiB: 50, memoryMiB: 2048 })
  const sentence =
    'h1 could be emptied, but where large (4 vCPUs and 2 GiB) would move to there is no room by what is sold and promised.'

  it('stays as it is, and is told who would have found no room', () => {
    const { said, of, refused, reasons } = ask({ hosts: [h1, small], instances: [lone, large, ...crowd] })
    expect(said).toEqual([])
    const verdict = {
      code: 'no-host-to-move-to',
      sentence,
      facts: { host: 'h1', vcpus: 4, memoryMiB: 2048 },
    }
    expect(of(h1)).toEqual(verdict)
    expect(refused).toEqual([
      { instanceId: large.id, hostId: h1.id, action: 'migrate', cause: 'consolidation', verdict },
    ])
    expect(reasons).toEqual({ 'no-host-to-move-to': 1 })
  })

  it('takes no room from the next one, which is emptied in its place', () => {
    // For one of 8,192 MiB there is room, for two not.
    const tight = host('h2', { diskGiB: 10, coreRatio: 8, memoryMiB: 16_384 })
    const first = on(h1, 'first', { memoryMiB: 8192 })
    const other = [on(h3, 'o1', { memoryMiB: 8192 }), on(h3, 'o2', { memoryMiB: 10 }), on(h3, 'o3', { memoryMiB: 10 })]
    const thin = crowd.map((each) => ({ ...each, memoryMiB: 1024 }))
    const moves = (names: readonly string[]) => ({
      name: 'fixed',
      decide: () => names.map((name) => ({ instance: scenery.findIndex((each) => each.name === name), to: 1 })),
    })
    const scenery = [first, large, ...thin, ...other]
    const { said } = ask({
      hosts: [h1, tight, h3],
      instances: scenery,
      more: { policy: moves(['first', 'large', 'o1', 'o2', 'o3']) },
    })
    expect(said).toEqual(['test:o1 to test:h2', 'test:o2 to test:h2', 'test:o3 to test:h2'])
  })
})

describe('what people read', () => {
  it('of a host that is emptied: what it uses, what that saves, and where to who goes', () => {
    const { candidates, of, reasons } = ask(scene)
    const load = 'h1 uses 1 of 8 cores, and its only instance has room elsewhere'
    expect(of(h1)?.sentence).toBe(`${load}; empty, it can sleep, which saves about 92 W.`)
    expect(candidates[0]?.reason.sentence).toBe(
      `${load}; empty, it can sleep, which saves about 92 W. lone moves to h2 and runs on.`,
    )
    expect(reasons).toEqual({ 'host-emptied': 1 })
    const idle = { ...h1, idlePowerW: undefined }
    const two = ask({
      hosts: [idle, host('h2', { coreRatio: 8 })],
      instances: [lone, on(h1, 'second'), ...crowd],
      uses: { lone: 0.333, second: 0.333 },
    })
    expect(two.of(h1)?.sentence).toBe(
      'h1 uses 0.67 of 8 cores, and its 2 instances have room elsewhere; empty, it can sleep, which saves about 112 W.',
    )
  })

  it('of one that would sleep but for somebody who stays: for whom', () => {
    const { of } = ask({ ...scene, instances: [on(h1, 'lone', locked), ...crowd] })
    expect(of(h1)).toMatchObject({
      code: 'protected',
      sentence: expect.stringMatching(/^Only if all on it moved, h1 could sleep\. .*lock/),
    })
    // Where it would not sleep anyway, nobody is to blame.
    const powerless = ask({ ...scene, instances: [on(h1, 'lone', locked), ...crowd], more: { isPowered: () => false } })
    expect(powerless.of(h1)).toBeUndefined()
    const rested = ask({ ...scene, journal: [moved(lone.id, nowMs - 59 * 60_000)] })
    expect(rested.of(h1)?.sentence).toBe(
      'Only if all on it moved, h1 could sleep. lone was moved, or was to be, a short while ago.',
    )
    const wanted = ask({ ...scene, more: { wanted: new Set([lone.id]) } })
    expect(wanted.of(h1)?.sentence).toBe(
      'Only if all on it moved, h1 could sleep. Something else is wanted of lone, and goes first.',
    )
  })

  it('of one that is overloaded, with room elsewhere and without', () => {
    const busy = [on(h1, 'a'), on(h1, 'b'), on(h1, 'c')]
    const uses = { a: 3.5, b: 3, c: 3 }
    const eased = ask({ hosts: [h1, h2], instances: [...busy, on(h2, 'x')], uses })
    expect(eased.of(h1)).toEqual({
      code: 'host-overloaded',
      sentence: 'h1 uses 9.5 of 8 cores: it may soon be too little.',
      facts: { host: 'h1', usedCores: 9.5, capacityCores: 8, policy: 'gleaner' },
    })
    expect(eased.candidates[0]?.reason.sentence).toMatch(
      /^h1 uses 9\.5 of 8 cores: it may soon be too little\. [abc] moves to h2 and runs on\.$/,
    )
    const heavy = busy.map((each) => ({ ...each, diskGiB: 50 }))
    const stuck = ask({ hosts: [h1, host('h2', { diskGiB: 10 })], instances: [...heavy, on(h2, 'x')], uses })
    expect(stuck.said).toEqual([])
    expect(stuck.of(h1)?.sentence).toMatch(
      /^h1 may soon be overloaded, but where [abc] \(4 vCPUs and 4 GiB\) would move to there is no room by what is sold and promised\.$/,
    )
  })
})

describe('who rests', () => {
  // What the gate says of who failed or was resumed a short while ago is the gate's.
  const rests = (journal: readonly JournalEntry[]) =>
    ask({ ...scene, journal })
      .of(h1)
      ?.sentence.includes('lone was moved, or was to be, a short while ago.')

  it.each<[string, Partial<JournalEntry>, number]>([
    ['who moved, for an hour', { state: 'done' }, 3_600_000],
    ['who should have and could not, for ten minutes', { state: 'failed' }, 600_000],
  ])('%s', (_, change, restMs) => {
    expect(rests([{ ...moved(lone.id, nowMs - restMs + 1), ...change }])).toBe(true)
    expect(rests([{ ...moved(lone.id, nowMs - restMs), ...change }])).toBe(false)
  })

  it('nobody because of other steps, or of moves of others', () => {
    expect(rests([{ ...moved(lone.id, nowMs - 1), action: 'resume' }])).toBe(false)
    expect(rests([moved('test:other' as InstanceId, nowMs - 1)])).toBe(false)
  })
})
