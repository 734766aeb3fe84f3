// Desktops of the fake cloud: each host of that kind with a user who keeps office hours, more or less.
import type { DesktopDetails, DesktopView } from '@gleaner/model'
import { GleanerError } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'
import { hashOf, seeded } from './random.ts'

/** 0..1, always the same for a text. */
const shareOf = (text: string) => seeded(hashOf(text))()

const standings = ['in-use', 'lent', 'lendable', 'quiet', 'in-use', 'lent', 'lost', 'reclaiming'] as const
const sentences: Readonly<
  Record<(typeof standings)[number], readonly [DesktopDetails['phases'][number]['reason']['code'], string]>
> = {
  'in-use': ['user-input', 'keyboard: used on 1 device.'],
  lent: ['lent', 'Nobody is there, and guests run.'],
  lendable: ['lendable', 'Nobody is there: guests may come.'],
  quiet: ['absent-time', 'Nobody for 4m; 15m are needed.'],
  lost: ['desktop-lost', 'Nothing was heard of it for 2m: nothing new is placed there.'],
  reclaiming: ['user-input', 'pointer: moved.'],
}

export function listOfDesktops(state: FakeState) {
  const items = desktops(state)
  return {
    now: state.iso(),
    items,
    lendable: items.filter(({ lendable }) => lendable).length,
    lentHours: items.reduce((sum, { lentHours }) => sum + lentHours, 0),
    interruptions: items.reduce((sum, { interruptions }) => sum + interruptions, 0),
  }
}

export function oneDesktop(state: FakeState, id: string): DesktopDetails {
  const found = desktops(state).find((each) => each.id === id || each.host === id)
  if (found === undefined) throw new GleanerError('not-found', { object: `The desktop "${id}"` })
  const early = 7 + Math.floor(shareOf(`${id} early`) * 3)
  const hours = Array.from({ length: 168 }, (_, hour) => {
    const isWork = hour < 120 && hour % 24 >= early && hour % 24 < early + 9
    return isWork ? 0.04 + 0.1 * shareOf(`${id}${hour}`) : 0.86 + 0.12 * shareOf(`${id}${hour}`)
  })
  return {
    ...found,
    joinedAt: state.iso(-40 * 86_400_000),
    version: '0.1.0',
    slowestPauseMs: 240,
    lostChanges: 0,
    forecast: {
      hours,
      learntHours: 960,
      accuracy: { judgedHours: 936, rightShare: 0.94, brier: 0.05, brierOfMean: 0.2 },
    },
    phases: (['in-use', 'lent', 'lendable', 'quiet'] as const).map((phase, nth) => ({
      at: state.iso(-(nth + 1) * 5_400_000),
      phase,
      reason: { code: sentences[phase][0], sentence: sentences[phase][1], facts: {} },
    })),
  }
}

function desktops(state: FakeState): DesktopView[] {
  return state.world.hosts
    .filter(({ kind }) => kind === 'desktop')
    .map(({ id, name, cloud }, nth): DesktopView => {
      const standing = standings[nth % standings.length] ?? 'in-use'
      const [code, sentence] = sentences[standing]
      const running = standing === 'lent' ? 1 + Math.floor(shareOf(`${id} guests`) * 3) : 0
      return {
        id: `dsk_${name}`,
        host: name,
        pool: 'offices',
        lends: true,
        hostId: id,
        cloud,
        standing,
        lendable: standing === 'lent' || standing === 'lendable',
        reason: { code, sentence, facts: {} },
        since: state.iso(-Math.round(shareOf(`${id} since`) * 7_200_000)),
        guests: { running, paused: standing === 'reclaiming' ? 1 : 0 },
        lentHours: 40 + 500 * shareOf(`${id} lent`),
        interruptions: Math.round(60 * shareOf(`${id} stops`)),
      }
    })
}
