// What `gleaner config check` tells about a libvirt host: can it be reached, which versions, what will be missing.
import { describeError, isError } from '@gleaner/model'
import type { CheckItem } from '@gleaner/ports'
import {
  getAllDomainStats,
  getHypervisorVersion,
  getLibvirtVersion,
  listFlags,
  statsGroups,
  statsNoWait,
} from '@gleaner/wire-libvirt'
import { number } from './domain-usage.ts'
import type { HostLink } from './host-link.ts'
import type { HostNode } from './host-node.ts'
import { nodeCpu, nodeMemory } from './node-figures.ts'
import type { ReportHub } from './report-hub.ts'

export async function checkHost(link: HostLink, signal: AbortSignal): Promise<readonly CheckItem[]> {
  const what = `host ${link.name}`
  try {
    return await link.use(
      'look',
      async (rpc, call) => {
        const libvirt = await getLibvirtVersion(rpc, call)
        const hypervisor = await getHypervisorVersion(rpc, call)
        const query = { groups: statsGroups.balloon, flags: listFlags.active | statsNoWait }
        const active = await getAllDomainStats(rpc, query, call)
        const silent = active.filter((record) => Number.isNaN(number(record, 'balloon.unused')))
        const memory =
          silent.length === 0
            ? `all ${active.length} running domains tell the memory they use`
            : `${silent.length} of ${active.length} running domains do not tell the memory they use (no balloon statistics); the size of their process counts instead`
        const untold = [
          ...((await nodeCpu(rpc, call)).size === 0 ? ['processors'] : []),
          ...((await nodeMemory(rpc, call)).size === 0 ? ['memory'] : []),
        ]
        return [
          { what, ok: true, detail: `libvirt ${libvirt}, hypervisor ${hypervisor}` },
          { what: `${what}: memory figures`, ok: true, detail: memory },
          ...(untold.length === 0
            ? []
            : [
                {
                  what: `${what}: its own usage`,
                  ok: true,
                  detail: `this hypervisor does not tell how much of its ${untold.join(' and ')} is in use; it stays unknown unless a source measures it`,
                },
              ]),
        ]
      },
      { object: what, signal },
    )
  } catch (error) {
    if (!isError(error)) throw error
    return [{ what, ok: false, detail: describeError(error), remedy: remedyOf(describeError(error), error.remedy) }]
  }
}

/** Only of guests that a reading has found: none before the first. */
export function checkReports(reports: ReportHub): readonly CheckItem[] {
  return reports.channels().flatMap(({ path, fault }) => {
    if (fault === undefined) return []
    const remedy = 'Give the user Gleaner runs as access to the socket, or set guestReports: false.'
    return [{ what: `guest reports from ${path}`, ok: false, detail: fault, remedy }]
  })
}

/** As above: of guests that a reading has found. */
export function checkAgents({ name, agents }: HostNode): readonly CheckItem[] {
  if (agents === undefined || agents.counts.followed === 0) return []
  const { followed, telling } = agents.counts
  const detail = `${telling} of ${followed} running guests with an agent tell who is logged in; of the others it stays unknown`
  return [{ what: `host ${name}: guest agents`, ok: true, detail }]
}

function remedyOf(detail: string, otherwise: string): string {
  if (/EACCES|permission denied/i.test(detail)) {
    return 'Add the user Gleaner runs as to the group that may open libvirt’s socket (libvirt on Debian).'
  }
  return otherwise
}
