// Reads what Gleaner needs from a domain's XML document: its size, its metadata, and where its guest reports come from.
// A document that lacks a size, or is not XML, throws a TypeError: nothing is guessed.
import { XMLParser } from 'fast-xml-parser'
import {
  children,
  isNode,
  readInstanceMetadata,
  text,
  type InstanceMetadata,
  type XmlNode,
} from './instance-metadata.ts'

export interface DomainDocument {
  readonly vcpus: number
  readonly memoryMiB: number
  readonly metadata: InstanceMetadata
  /** Sockets of the guest's serial ports and channels, by source path, in the order of the document. */
  readonly sockets: readonly string[]
  /** The channel of the guest agent is there, and as far as libvirt knows the guest has it open. */
  readonly hasAgent: boolean
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
})

/** libvirt's units of memory, in KiB. */
const unitKiB: Readonly<Record<string, number>> = {
  b: 1 / 1024,
  bytes: 1 / 1024,
  KB: 1000 / 1024,
  k: 1,
  KiB: 1,
  MB: 1_000_000 / 1024,
  M: 1024,
  MiB: 1024,
  GB: 1_000_000_000 / 1024,
  G: 1024 * 1024,
  GiB: 1024 * 1024,
  T: 1024 ** 3,
  TiB: 1024 ** 3,
}

const agentChannel = 'org.qemu.guest_agent.0'

export function readDomainDocument(xml: string): DomainDocument {
  const document = parse(xml)
  const domain = isNode(document) ? document['domain'] : undefined
  if (!isNode(domain)) throw new TypeError('the document describes no domain')
  const vcpu = domain['vcpu']
  const vcpus = Number((isNode(vcpu) ? vcpu['@current'] : undefined) ?? text(vcpu))
  if (!Number.isInteger(vcpus) || vcpus < 1) throw new TypeError('the document names no number of vcpus')
  const metadata = domain['metadata']
  return {
    vcpus,
    memoryMiB: memoryMiB(domain['memory']),
    metadata: readInstanceMetadata(isNode(metadata) ? metadata : undefined),
    sockets: sockets(domain),
    hasAgent: hasAgent(domain),
  }
}

function parse(xml: string): unknown {
  try {
    return parser.parse(xml)
  } catch (error) {
    throw new TypeError('the document is not XML', { cause: error })
  }
}

function memoryMiB(memory: unknown): number {
  const unit = (isNode(memory) ? text(memory['@unit']) : undefined) ?? 'KiB'
  const size = (Number(text(memory)) * (unitKiB[unit] ?? Number.NaN)) / 1024
  if (!(size > 0)) throw new TypeError('the document names no size of memory')
  return size
}

/** Only sockets qemu itself listens on: those in mode "connect" have another program at their end. */
function sockets(domain: XmlNode): readonly string[] {
  const devices = domain['devices']
  if (!isNode(devices)) return []
  return ['serial', 'channel'].flatMap((kind) =>
    children(devices, kind).flatMap((device) => {
      if (!isNode(device) || device['@type'] !== 'unix') return []
      const source = device['source']
      if (!isNode(source) || source['@mode'] !== 'bind') return []
      return typeof source['@path'] === 'string' && source['@path'].startsWith('/') ? [source['@path']] : []
    }),
  )
}

function hasAgent(domain: XmlNode): boolean {
  const devices = domain['devices']
  if (!isNode(devices)) return false
  return children(devices, 'channel').some((channel) => {
    const target = isNode(channel) ? channel['target'] : undefined
    return isNode(target) && target['@name'] === agentChannel && target['@state'] !== 'disconnected'
  })
}
