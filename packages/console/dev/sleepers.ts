// Hosts of the fake cloud that can be switched: every fifth of the first hundred, some of them asleep, some with a lease to come.
import type { PowerHostView, SleepHoursView, SwitchedHostsView } from '@gleaner/model'
import type { FakeState } from './fake-state.ts'

const hourMs = 3_600_000
const frameHours = 48

function switchable(state: FakeState) {
  return state.world.hosts.filter((_, nth) => nth % 5 === 0).slice(0, 20)
}

/** Hours ago that the nth host went to sleep; undefined: it is awake. */
const sleptOf = (nth: number) => (nth % 3 === 1 ? undefined : 3 + ((nth * 7) % 40))
/** Hours until its next lease. */
const leaseOf = (nth: number) => (nth % 4 === 0 ? 5 + ((nth * 5) % 36) : undefined)

export function sleepersOf(state: FakeState): SwitchedHostsView {
  const hosts = switchable(state).map(({ id, name, cloud, instances }, nth): PowerHostView => {
    const [slept, lease] = [sleptOf(nth), leaseOf(nth)]
    const awake: Partial<PowerHostView> = {
      reason: {
        code: nth % 2 === 0 ? 'host-occupied' : 'keep-warm',
        sentence:
          nth % 2 === 0 ? `${instances} instances are on it.` : '2 empty hosts stay awake for whoever comes next.',
        facts: {},
      },
    }
    return {
      host: name,
      id,
      cloud,
      state: slept === undefined ? 'up' : 'asleep',
      instances: slept === undefined ? instances : 0,
      wakesInS: 600,
      idlePowerW: 120,
      failures: 0,
      sleepFailures: 0,
      ...(slept === undefined ? awake : { asleepSince: state.iso(-slept * hourMs) }),
      ...(lease === undefined ? {} : { nextLeaseAt: state.iso(lease * hourMs) }),
    }
  })
  const asleep = hosts.filter((host) => host.state === 'asleep').length
  return { mode: 'enforce', now: state.iso(), hosts, asleep, savedW: asleep * 112 }
}

export function sleepHoursOf(state: FakeState): SleepHoursView {
  const at = (hours: number) => state.iso(hours * hourMs)
  return {
    from: at(-frameHours),
    now: state.iso(),
    to: at(frameHours),
    hosts: switchable(state).map(({ id, name, cloud }, nth) => {
      const [slept, lease] = [sleptOf(nth), leaseOf(nth)]
      const spans: SleepHoursView['hosts'][number]['spans'] = []
      if (nth % 2 === 1) spans.push({ kind: 'asleep', from: at(-47), to: at(-44) })
      if (slept !== undefined) {
        spans.push({ kind: 'asleep', from: at(-slept), to: at(0) })
        spans.push({ kind: 'sleeps', from: at(0), to: at(lease === undefined ? frameHours : lease - 0.5) })
        if (lease !== undefined) spans.push({ kind: 'wakes', from: at(lease - 0.5), to: at(lease) })
      }
      if (lease !== undefined) spans.push({ kind: 'promised', from: at(lease), to: at(lease + 4) })
      return { id, host: name, cloud, spans }
    }),
  }
}
