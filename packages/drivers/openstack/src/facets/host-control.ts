// Hosts are closed by disabling their compute service, with a reason that begins with Gleaner's mark; only a service with
// that mark is enabled here again. What a person or nova itself disabled stays as it is, and counts as closed.
//
// Measured on nova 26: no server is placed on a disabled host, not even one that names it; placement learns of it within a
// second, for which this waits, since others ask placement alone.
import { nativeOf } from '@gleaner/model'
import type { HostControl } from '@gleaner/ports'
import { isStatus, type NovaHypervisor, type OpenStackConnection } from '@gleaner/wire-openstack'
import { closedByGleaner } from '../host-reading.ts'
import { conflict, findHypervisor, type Inside, shortened } from './inside.ts'

const disabledTrait = 'COMPUTE_STATUS_DISABLED'
const pollMs = 250
/** After that nova's own word has to do. */
const patienceMs = 10_000

export function hostControl(inside: Inside): HostControl {
  return {
    close: (id, reason, signal) =>
      inside.call(`host ${nativeOf(id)}`, signal, async (connection) => {
        const host = await findHypervisor(inside, { nova: connection.nova, id }, signal)
        if (!host.isEnabled) return
        const marked = shortened(reason.startsWith(closedByGleaner) ? reason : `${closedByGleaner}${reason}`)
        await connection.nova.setService(host.serviceId, { status: 'disabled', disabled_reason: marked }, signal)
        await known(inside, { connection, host, isDisabled: true }, signal)
      }),
    open: (id, signal) =>
      inside.call(`host ${nativeOf(id)}`, signal, async (connection) => {
        const host = await findHypervisor(inside, { nova: connection.nova, id }, signal)
        if (host.isEnabled) return
        if (host.disabledReason?.startsWith(closedByGleaner) !== true) {
          const why =
            host.disabledReason === undefined ? 'without a reason' : `with the reason "${host.disabledReason}"`
          throw conflict(inside, host.name, `somebody else closed it, ${why}`)
        }
        await connection.nova.setService(host.serviceId, { status: 'enabled' }, signal)
        await known(inside, { connection, host, isDisabled: false }, signal)
      }),
  }
}

interface Waiting {
  readonly connection: OpenStackConnection
  readonly host: NovaHypervisor
  readonly isDisabled: boolean
}

/** Until placement knows; a compute service that is down tells it when it is up again. */
async function known(inside: Inside, { connection, host, isDisabled }: Waiting, signal: AbortSignal): Promise<void> {
  if (!host.isUp) return
  const endMs = inside.clock.nowMs() + patienceMs
  while (inside.clock.nowMs() < endMs) {
    const traits = await connection.placement.traits(host.id, signal).catch((error: unknown) => {
      if (isStatus(error, 403, 404)) return undefined
      throw error
    })
    if (traits === undefined || traits.includes(disabledTrait) === isDisabled) return
    await inside.clock.sleep(pollMs, signal)
  }
}
