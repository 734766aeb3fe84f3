// Gleaner's own element in a domain's metadata: who protects it, whose it is, how firmly it is promised, its tags.
//
//   <gleaner:instance xmlns:gleaner="urn:gleaner:libvirt:1" protected="by whom" project="physics" firmness="preemptible">
//     <gleaner:tag>batch</gleaner:tag>
//   </gleaner:instance>
//
// Anybody who may change the domain can write it: virsh metadata NAME urn:gleaner:libvirt:1 --key gleaner --set '…'.
// What is not understood counts as not written, but for `protected`: any value other than no or false protects.
import type { Firmness } from '@gleaner/model'

export const metadataUri = 'urn:gleaner:libvirt:1'
export const metadataKey = 'gleaner'

export interface InstanceMetadata {
  readonly protectedBy: string | undefined
  readonly project: string | undefined
  readonly firmness: Firmness
  readonly tags: readonly string[]
}

export const noMetadata: InstanceMetadata = { protectedBy: undefined, project: undefined, firmness: 'firm', tags: [] }

/** The plain shape fast-xml-parser gives: attributes as "@name", text as "#text", elements by name. */
export type XmlNode = Readonly<Record<string, unknown>>

const longestText = 200

export function readInstanceMetadata(metadata: XmlNode | undefined): InstanceMetadata {
  for (const [name, node] of Object.entries(metadata ?? {})) {
    const [prefix, local] = name.includes(':') ? name.split(':', 2) : ['', name]
    if (local !== 'instance' || !isNode(node)) continue
    if (node[prefix === '' ? '@xmlns' : `@xmlns:${prefix}`] !== metadataUri) continue
    const protection = text(node['@protected'])
    const tags = children(node, prefix === '' ? 'tag' : `${prefix}:tag`).map(text)
    return {
      protectedBy: protection === undefined || /^(no|false)$/i.test(protection) ? undefined : who(protection),
      project: text(node['@project']),
      firmness: node['@firmness'] === 'preemptible' ? 'preemptible' : 'firm',
      tags: [...new Set(tags.filter((tag) => tag !== undefined))],
    }
  }
  return noMetadata
}

/** The element as libvirt takes it: without a prefix, which libvirt adds itself. */
export function writeInstanceMetadata(metadata: InstanceMetadata): string {
  const attributes = [
    ['protected', metadata.protectedBy],
    ['project', metadata.project],
    ['firmness', metadata.firmness === 'firm' ? undefined : metadata.firmness],
  ].flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(value)}"`]))
  const tags = metadata.tags.map((tag) => `<tag>${escaped(tag)}</tag>`)
  return `<instance${attributes.join('')}>${tags.join('')}</instance>`
}

export function isNode(value: unknown): value is XmlNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** All child elements of a name, be there none, one or many. */
export function children(node: XmlNode, name: string): readonly unknown[] {
  const value = node[name]
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/** The text of an attribute or element, trimmed; undefined when it is empty. */
export function text(value: unknown): string | undefined {
  const found = isNode(value) ? value['#text'] : value
  const trimmed = typeof found === 'string' ? found.trim().slice(0, longestText) : ''
  return trimmed === '' ? undefined : trimmed
}

function who(protection: string): string {
  return /^(yes|true|1)$/i.test(protection) ? 'its metadata' : protection
}

function escaped(value: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  // Control characters are not allowed in XML at all.
  // oxlint-disable-next-line no-control-regex
  return value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"]/g, (c) => entities[c] ?? c)
}
