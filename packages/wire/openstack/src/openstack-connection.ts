// One cloud's services behind one user: what a driver opens and closes.
import type { CloudSettings } from './cloud-settings.ts'
import { readCredentials } from './credentials.ts'
import { HttpSender } from './http-sender.ts'
import { KeystoneClient } from './keystone-client.ts'
import { KeystoneSession } from './keystone-session.ts'
import { NeutronClient } from './neutron-client.ts'
import { FlavorClient } from './flavor-client.ts'
import { NovaClient } from './nova-client.ts'
import { PlacementClient } from './placement-client.ts'
import { defaultRetry, type RetryPolicy } from './retry.ts'
import { ServiceClient, type ServiceOptions } from './service-client.ts'
import type { WireClock } from './wire-clock.ts'

export interface ConnectionOptions {
  readonly settings: CloudSettings
  readonly clock: WireClock
  readonly timeoutMs: number
  readonly retry?: RetryPolicy
}

export interface OpenStackConnection {
  readonly session: KeystoneSession
  readonly nova: NovaClient
  readonly flavors: FlavorClient
  readonly placement: PlacementClient
  readonly keystone: KeystoneClient
  readonly neutron: NeutronClient
  close(): Promise<void>
}

export function openConnection(options: ConnectionOptions): OpenStackConnection {
  const { settings, clock, timeoutMs } = options
  const retry = options.retry ?? defaultRetry
  const { caFile, certFile, keyFile, verify } = settings
  const http = new HttpSender({ clock, timeoutMs, caFile, certFile, keyFile, verify })
  const credentials = readCredentials(settings.auth, settings.authType)
  const session = new KeystoneSession({ authUrl: settings.authUrl, credentials, http, clock, retry })
  const service = (types: readonly string[], more: Partial<ServiceOptions> = {}) => {
    const endpoint = { types, interface: settings.interface, region: settings.region }
    const url = types.map((type) => settings.endpoints[type]).find((known) => known !== undefined)
    return new ServiceClient({ session, http, clock, retry, endpoint, url, ...more })
  }
  const compute = service(['compute'], { microversionName: 'compute' })
  return {
    session,
    nova: new NovaClient(compute),
    flavors: new FlavorClient(compute),
    placement: new PlacementClient(service(['placement'], { microversionName: 'placement' })),
    neutron: new NeutronClient(service(['network'])),
    // Its catalogue entry may lack the version, or point where only its own network reaches: the address that gave the
    // token is one that answers.
    keystone: new KeystoneClient(service(['identity'], { url: session.authUrl })),
    close: async () => {
      session.close()
      await http.close()
    },
  }
}
