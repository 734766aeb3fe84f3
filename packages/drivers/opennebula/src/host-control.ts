// The facet HostControl: hosts are disabled (or set offline) and enabled. A host that Gleaner closes bears a mark with the
// reason, GLEANER_CLOSED; only a host with that mark is opened again. The mark is written first: a close that was cut off
// between the two is finished by asking again, and no host is left closed that nobody knows the reason of.
import type { HostId } from '@gleaner/model'
import type { HostControl } from '@gleaner/ports'
import type { CloseBy } from './options.ts'
import type { HostRow } from './parse/host-document.ts'
import { hostState } from './states.ts'
import { templateText } from './template-text.ts'
import type { VmCalls } from './vm-calls.ts'

/** Attribute of a host that Gleaner has closed: the reason. */
export const closedMark = 'GLEANER_CLOSED'
const merge = 1
const status = { enable: 0, disable: 1, offline: 2 } as const

export function hostControl(calls: VmCalls, closeBy: CloseBy): HostControl {
  const set = (row: HostRow, to: keyof typeof status, signal: AbortSignal) =>
    calls.change('one.host.status', [row.id, status[to]], { object: `host ${row.name}`, signal })
  const write = (row: HostRow, reason: string, signal: AbortSignal) =>
    calls.change('one.host.update', [row.id, templateText({ [closedMark]: reason }), merge], {
      object: `host ${row.name}`,
      signal,
    })
  return {
    async close(id: HostId, reason: string, signal: AbortSignal) {
      const row = await calls.getHost(id, signal)
      if (isClosed(row)) return
      await write(row, reason.trim() === '' ? 'closed by Gleaner' : reason, signal)
      await set(row, closeBy, signal)
    },
    async open(id: HostId, signal: AbortSignal) {
      const row = await calls.getHost(id, signal)
      const isOurs = (row.attributes[closedMark] ?? '') !== ''
      if (isClosed(row)) {
        if (!isOurs) throw calls.conflict(`host ${row.name}`, 'it was closed by somebody else')
        await set(row, 'enable', signal)
      }
      if (isOurs) await write(row, '', signal)
    },
  }
}

function isClosed({ state }: HostRow): boolean {
  return ['disabled', 'maintenance'].includes(hostState(state))
}
