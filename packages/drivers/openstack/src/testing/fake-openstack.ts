// A fake OpenStack behind one real HTTP address: keystone, nova and placement, made of what the real ones answered.
// Keystone knows the user `gleaner`; a token ends after its time, and can be made to end in the middle.
import type { Clock } from '@gleaner/ports'
import type { JsonObject } from '@gleaner/wire-openstack'
import { FakeHttp, type FakeAnswer, type FakeRequest } from './fake-http.ts'
import { FakeNova } from './fake-nova.ts'
import { FakePlacement } from './fake-placement.ts'
import { recorded } from './recorded.ts'

export const fakePassword = 'a-secret-that-must-not-be-seen'

interface AuthBody {
  readonly auth: {
    readonly identity: { readonly password?: { readonly user: { readonly name?: string; readonly password: string } } }
    readonly scope?: { readonly project?: { readonly id?: string; readonly name?: string } }
  }
}

interface TokenBody {
  readonly token: {
    readonly catalog: readonly { readonly type: string; readonly endpoints: readonly { url: string }[] }[]
    readonly user: { name: string }
    project: object
    issued_at: string
    expires_at: string
  }
}

export class FakeOpenStack {
  readonly http: FakeHttp
  readonly placement = new FakePlacement()
  readonly nova: FakeNova
  /** Project by token. */
  readonly tokens = new Map<string, string>()
  readonly projects = new Map([
    ['physics', 'physics'],
    ['gleaner', 'gleaner'],
  ])
  tokenLifeMs = 3_600_000
  networks: string[] = []
  readonly #clock: Clock
  readonly #ended = new AbortController()
  #given = 0

  private constructor(clock: Clock) {
    this.#clock = clock
    this.nova = new FakeNova(this.placement, clock)
    this.http = new FakeHttp(
      (request) => this.#answer(request),
      () => clock.nowMs(),
    )
  }

  static async start(clock: Clock, hosts = 3): Promise<FakeOpenStack> {
    const fake = new FakeOpenStack(clock)
    for (let i = 1; i <= hosts; i++) fake.nova.addHost(`compute-${i}`)
    await fake.http.appear()
    return fake
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    this.nova.end()
    await this.http.vanish()
  }

  /** As clouds.yaml would have it. */
  get entry(): JsonObject {
    return {
      region_name: 'RegionOne',
      auth: {
        auth_url: `${this.http.url}/identity/v3`,
        username: 'gleaner',
        password: fakePassword,
        project_name: 'gleaner',
      },
    }
  }

  #answer(request: FakeRequest): FakeAnswer {
    const [, service, version] = request.path.split('/')
    const rest = (count: number) => `/${request.path.split('/').slice(count).join('/')}`
    if (service === 'identity' && rest(3) === '/auth/tokens') return this.#authenticate(request.body as AuthBody)
    const project = this.tokens.get(String(request.headers['x-auth-token']))
    if (project === undefined)
      return recorded(service === 'identity' ? 'unauthenticated-keystone' : 'unauthenticated-nova')
    if (service === 'identity') return this.#projects()
    if (service === 'compute' && version === 'v2.1') return this.nova.answer({ ...request, path: rest(3) }, project)
    if (service === 'network') return { status: 200, body: { networks: this.networks.map((id) => ({ id })) } }
    if (service === 'placement') return this.placement.answer({ ...request, path: rest(2) })
    return { status: 404, body: {} }
  }

  #authenticate(body: AuthBody): FakeAnswer {
    const { identity, scope } = body.auth
    const user = identity.password?.user
    if (user?.name !== 'gleaner' || user?.password !== fakePassword) return recorded('unauthenticated-keystone')
    const project = scope?.project?.id ?? scope?.project?.name ?? 'gleaner'
    if (!this.projects.has(project)) return recorded('unauthenticated-keystone')
    const id = `token-${++this.#given}`
    this.tokens.set(id, project)
    const { token } = recorded<TokenBody>('token').body
    const url = (type: string) => `http://cloud/${type}${type === 'compute' ? '/v2.1' : ''}`
    for (const entry of token.catalog) for (const endpoint of entry.endpoints) endpoint.url = url(entry.type)
    token.user.name = 'gleaner'
    token.project = { ...token.project, id: project, name: project }
    token.issued_at = new Date(this.#clock.nowMs()).toISOString()
    token.expires_at = new Date(this.#clock.nowMs() + this.tokenLifeMs).toISOString()
    const end = () => void this.tokens.delete(id)
    void this.#clock.sleep(this.tokenLifeMs, this.#ended.signal).then(end, end)
    return { status: 201, body: { token }, headers: { 'x-subject-token': id } }
  }

  #projects(): FakeAnswer {
    const { body } = recorded<{ projects: object[] }>('projects')
    const [template] = body.projects
    const projects = [...this.projects].map(([id, name]) => ({ ...template, id, name }))
    return { status: 200, body: { ...body, projects } }
  }
}
