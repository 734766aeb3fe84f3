// Remembers what a document says by the fingerprint of its text, so that only changed documents are parsed. The text
// itself is fetched at every reading: a mark that was just set is seen at once.
import { createHash } from 'node:crypto'
import { readDomainDocument, type DomainDocument } from './domain-document.ts'

export class DocumentCache {
  readonly #known = new Map<string, { readonly fingerprint: string; readonly document: DomainDocument }>()

  read(uuid: string, xml: string): DomainDocument {
    const fingerprint = createHash('sha1').update(xml).digest('base64')
    const known = this.#known.get(uuid)
    if (known?.fingerprint === fingerprint) return known.document
    const document = readDomainDocument(xml)
    this.#known.set(uuid, { fingerprint, document })
    return document
  }

  /** Forgets all other domains. */
  keepOnly(uuids: ReadonlySet<string>): void {
    for (const uuid of this.#known.keys()) if (!uuids.has(uuid)) this.#known.delete(uuid)
  }
}
