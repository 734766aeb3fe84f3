// For `gleaner config check --meters`: each meter is asked once for what hangs on it. A meter has its own deadline and waits for no other.
import { type CloudId, describeError, GleanerError, type Host } from '@gleaner/model'
import { type CheckItem, type Clock, type Cloud, untilAborted } from '@gleaner/ports'
import type { MeterSettings } from '../config/metering.ts'
import { makeMeter } from './make-meters.ts'

export interface CheckedMeter {
  readonly id: string
  readonly kind: string
  readonly address: string
  readonly items: readonly CheckItem[]
}

export interface MeterChecking {
  readonly clock: Clock
  readonly clouds: readonly Cloud[]
  readonly hostsOf: (cloudId: CloudId) => readonly Host[]
  readonly signal: AbortSignal
  /** Of each meter. */
  readonly timeoutMs: number
}

/** In the order of the configuration; never rejects but when it is called off. */
export function checkMeters(
  meters: readonly MeterSettings[],
  checking: MeterChecking,
): Promise<readonly CheckedMeter[]> {
  return Promise.all(meters.map((settings) => checkMeter(settings, checking)))
}

async function checkMeter(
  settings: MeterSettings,
  { clock, clouds, hostsOf, signal, timeoutMs }: MeterChecking,
): Promise<CheckedMeter> {
  const { id, config } = settings
  if (config.kind === 'model') return told(settings, 'works out what it tells: there is nothing to ask')
  if (config.kind === 'rapl' && config.agents === true)
    return told(settings, 'agents tell a server that runs: see its meters in the console, at Energy')
  const meter = makeMeter(settings, {
    clock,
    clouds,
    state: { clouds: new Map() },
    usage: { latest: () => Number.NaN },
    store: { desktops: { list: async () => [] } },
  })
  const outlets =
    settings.outlets?.map(({ outlet }) => outlet) ??
    settings.clouds.flatMap((cloud) => hostsOf(cloud).map(({ name }) => name))
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    // A meter that does not heed its signal holds up nobody.
    const items = await untilAborted(meter.check(outlets, limited), limited)
    return { id, kind: config.kind, address: meter.address, items }
  } catch (error) {
    signal.throwIfAborted()
    const late = new GleanerError('meter-unavailable', { meter: id, detail: `no answer within ${timeoutMs / 1000} s` })
    const known = error instanceof GleanerError ? error : late
    const item = { what: 'answers', ok: false, detail: describeError(known), remedy: known.remedy }
    return { id, kind: config.kind, address: meter.address, items: [item] }
  } finally {
    await meter.close()
  }
}

function told({ id, config }: MeterSettings, detail: string): CheckedMeter {
  return { id, kind: config.kind, address: '', items: [{ what: 'asked', ok: true, detail }] }
}
