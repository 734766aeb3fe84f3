// What the libvirt driver must be told, and the defaults of what it need not be told.
import type { HostKind } from '@gleaner/model'
import type { Clock } from '@gleaner/ports'

export interface LibvirtHostOptions {
  /** Unique within the cloud and part of the host's id: it stays when the machine's own name changes. */
  readonly name: string
  /** As `virsh -c` takes it: qemu:///system, qemu+ssh://…, qemu+tls://…, qemu+tcp://… */
  readonly uri: string
  readonly kind?: HostKind
  readonly reservedCores?: number
  readonly reservedMemoryMiB?: number
}

export interface LibvirtCloudOptions {
  readonly id: string
  readonly clock: Clock
  readonly hosts: readonly LibvirtHostOptions[]
  /** Read the guests' own reports (true). */
  readonly guestReports?: boolean
  /** Regular expression for the source path of the serial port that carries them. */
  readonly guestReportSockets?: string
  /** Ask the guest agents of running guests who is logged in (false). */
  readonly guestAgents?: boolean
  /** Longest wait for one answer, and for a connection. */
  readonly callTimeoutMs?: number
  /** Longest time a save to disk or a restore may take before it counts as lost. */
  readonly transferTimeoutMs?: number
  /** Never goes back and is not set by anybody; only for rates. */
  readonly monotonicMs?: () => number
  /** The program that is run for qemu+ssh, with its first arguments. */
  readonly sshCommand?: readonly string[]
}

/** A serial port whose socket is named like this is meant for us; others may be somebody's console, and only one can listen. */
export const defaultReportSockets = 'gleaner[^/]*$'
export const defaultCallTimeoutMs = 10_000
export const defaultTransferTimeoutMs = 30 * 60_000
