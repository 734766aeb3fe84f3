// What the schema of a libvirt cloud cannot say.
import type { LibvirtCloud } from './schema.ts'

const libvirtUri = /^[a-z]+(\+(unix|ssh|tls|tcp))?:\/\/[^\s]*$/

/** Names that repeat, addresses and patterns that cannot be read. */
export function libvirtFaults(
  cloud: LibvirtCloud,
  fault: (path: readonly (string | number)[], detail: string) => void,
): void {
  const names = new Set<string>()
  for (const [index, host] of cloud.hosts.entries()) {
    if (names.has(host.name)) fault(['hosts', index, 'name'], `the host name "${host.name}" is used twice`)
    names.add(host.name)
    if (!libvirtUri.test(host.uri)) {
      fault(
        ['hosts', index, 'uri'],
        `"${host.uri}" is no libvirt URI, such as qemu:///system or qemu+ssh://user@host/system`,
      )
    }
  }
  if (cloud.guestReportSockets === undefined) return
  try {
    new RegExp(cloud.guestReportSockets)
  } catch (error) {
    fault(
      ['guestReportSockets'],
      `"${cloud.guestReportSockets}" is no regular expression (${(error as Error).message})`,
    )
  }
}
