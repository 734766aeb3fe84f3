// The calls of keystone beside authentication: which projects there are.
import { pages } from './pages.ts'
import type { ServiceClient } from './service-client.ts'

export interface KeystoneProject {
  readonly id: string
  readonly name: string
}

export class KeystoneClient {
  readonly #client: ServiceClient

  constructor(client: ServiceClient) {
    this.#client = client
  }

  async projects(signal: AbortSignal): Promise<readonly KeystoneProject[]> {
    const found: KeystoneProject[] = []
    const call = { method: 'GET', path: '/projects', key: 'projects' } as const
    for await (const { items } of pages(this.#client, call, signal)) {
      found.push(...items.map((item) => ({ id: item.text('id'), name: item.text('name') })))
    }
    return found
  }
}
