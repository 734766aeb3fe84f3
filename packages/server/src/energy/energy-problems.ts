// What people are told about outlets: figures that are not believed, and hosts of the configuration that nobody knows.
import type { OutletState } from '@gleaner/engine'
import type { ProblemReport, UnknownPower } from '@gleaner/model'
import type { UnknownHost } from './wire-outlets.ts'

const words: Readonly<Record<UnknownPower, string>> = {
  absent: 'the meter has no such outlet',
  silent: 'the meter did not answer for it in time',
  unmeasured: 'the device says that it measures nothing there',
  garbled: 'what it says is no number',
  negative: 'power is never below nothing',
  sentinel: 'devices say this number when they have none',
  'too-high': 'no outlet of this meter can deliver so much',
  jump: 'it is many times what it was, or a small part of it, and was not seen often enough yet',
  'unit-changed': 'it is a power of ten of what it was, as if the device tells another unit since',
  stuck: 'it has been the same to the digit for too long',
}

const remedies: Partial<Readonly<Record<UnknownPower, string>>> = {
  absent: 'Correct the name of the outlet under outlets of the meter.',
  'too-high': 'If it can deliver more, raise maxPowerW of the meter.',
  'unit-changed': 'Check the unit the device tells; after a change on purpose restart Gleaner.',
  stuck: 'Check the device; if it really is that steady, set stuckAfter of the meter.',
}

/** Of a meter that is a model: no device is there to be looked at. */
const modelWords: Partial<Readonly<Record<UnknownPower, { readonly why: string; readonly remedy: string }>>> = {
  absent: { why: 'no such host is known now', remedy: 'Correct the name of the host under outlets of the meter.' },
  unmeasured: {
    why: 'the use of the host is not known, or nobody says what it draws at rest and at full load',
    remedy:
      'See whether the use of the host is measured; what hosts draw is told by idleW and fullW of the meter, or a curve.',
  },
}

export function doubtReport({ plan, doubted }: OutletState): ProblemReport | undefined {
  if (doubted === undefined) return undefined
  const { reason, powerW } = doubted
  const model = plan.isEstimate ? modelWords[reason] : undefined
  const said = powerW === undefined ? '' : ` says ${Number(powerW.toPrecision(6))} W, which is not believed`
  return {
    code: `outlet-${reason}`,
    severity: 'warning',
    subject: `outlet ${plan.outlet}`,
    sentence: `Outlet ${plan.outlet}${said || ' has no figure'}: ${model?.why ?? words[reason]}. Its power is unknown until it is well again, and nothing is counted for it.`,
    remedy: model?.remedy ?? remedies[reason] ?? 'Check the device; what is missing stays a gap.',
  }
}

export function unknownHostReport({ meter, outlet, name, why }: UnknownHost): ProblemReport {
  const found = why === 'none' ? 'no host of this name is known' : 'several hosts have this name'
  return {
    code: 'outlet-host-unknown',
    severity: 'warning',
    subject: `outlet ${meter}:${outlet}`,
    sentence: `${name} is said to hang on outlet ${outlet} of ${meter}, but ${found}; the outlet is not read.`,
    remedy: 'Correct the name under outlets of the meter, or name the cloud under clouds.',
  }
}
