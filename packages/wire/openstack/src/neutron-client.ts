// The one call of neutron that Gleaner needs: whether a project has networks at all.
import type { ServiceClient } from './service-client.ts'

export class NeutronClient {
  readonly #client: ServiceClient

  constructor(client: ServiceClient) {
    this.#client = client
  }

  forProject(projectId: string): NeutronClient {
    return new NeutronClient(this.#client.forProject(projectId))
  }

  /** Its own, and those that are shared with it. */
  async hasNetworks(signal: AbortSignal): Promise<boolean> {
    const query = { fields: 'id', limit: 1 }
    const call = { method: 'GET', path: '/v2.0/networks', query } as const
    return (await this.#client.read(call, signal)).list('networks').length > 0
  }
}
