// Records what the real services of the lab answer, for the fake of the driver's tests. Ids stay; secrets, addresses and
// ports go.
//   usage: . FOLDER/openrc; node labs/openstack/record.mjs TARGET-FOLDER     (the lab must be up, and hold no server)
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'amqplib'
import { parse } from 'yaml'

const [target] = process.argv.slice(2)
const read = async (name) => parse(await readFile(process.env[name], 'utf8')).clouds.lab.auth
const auth = { ...(await read('OS_CLIENT_CONFIG_FILE')), ...(await read('OS_CLIENT_SECURE_FILE')) }
const secrets = new Set([auth.password])
let token
let catalogue = {}

async function login({ name, password, project }) {
  const user = { name, domain: { id: 'default' }, password }
  const identity = { methods: ['password'], password: { user } }
  const body = { auth: { identity, scope: { project: { name: project, domain: { id: 'default' } } } } }
  const answer = await ask('POST', `${auth.auth_url}/auth/tokens`, body)
  token = answer.headers['x-subject-token']
  secrets.add(token)
  const entries = answer.body?.token?.catalog ?? []
  catalogue = Object.fromEntries(entries.map(({ type, endpoints }) => [type, endpoints[0].url]))
  return answer
}

async function ask(method, url, body, microversion) {
  const headers = { 'content-type': 'application/json', ...(token && { 'x-auth-token': token }) }
  if (microversion !== undefined) headers['openstack-api-version'] = microversion
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: text === '' ? null : JSON.parse(text),
  }
}
const nova = (method, path, body, version = '2.90') => ask(method, catalogue.compute + path, body, `compute ${version}`)
const placement = (method, path, body) => ask(method, catalogue.placement + path, body, 'placement 1.36')

async function save(name, { status, body }) {
  let text = JSON.stringify({ status, body }, null, 2).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://cloud')
  text = text.replaceAll(/"adminPass": "[^"]*"/g, '"adminPass": "scrubbed"')
  // A stack trace tells of the machine it happened on.
  text = text.replaceAll(
    /"(details|traceback|function_name|module_name)": "(?!")[^"\\]*(\\.[^"\\]*)*"/g,
    '"$1": "scrubbed"',
  )
  for (const secret of secrets) if (secret) text = text.replaceAll(secret, 'scrubbed')
  await writeFile(join(target, `${name}.json`), `${text}\n`)
}

async function until(id, holds) {
  for (;;) {
    const { body } = await nova('GET', `/servers/${id}`)
    if (holds(body?.server)) return
    await sleep(500)
  }
}
async function create(name, change = {}) {
  const images = await ask('GET', `${catalogue.image}/v2/images?name=blank`)
  const server = { name, imageRef: images.body.images[0].id, flavorRef: '2', networks: 'none', ...change }
  const answer = await nova('POST', '/servers', { server })
  return { answer, id: answer.body?.server?.id }
}

// The first notification of each kind that is wanted.
const wanted = ['compute_task.build_instances.error', 'instance.suspend.end', 'instance.update', 'service.update']
const bus = await connect(process.env.LAB_RABBIT_URL)
const channel = await bus.createChannel()
const { queue } = await channel.assertQueue('', { exclusive: true })
await channel.bindQueue(queue, 'nova', 'versioned_notifications.*')
await channel.consume(
  queue,
  async (message) => {
    const envelope = JSON.parse(message.content.toString())
    const notification = JSON.parse(envelope['oslo.message'])
    const index = wanted.indexOf(notification.event_type)
    if (index < 0) return
    // Nova counts every heartbeat of a service as an update of it.
    if (notification.event_type === 'service.update' && !message.content.includes('recorded')) return
    wanted.splice(index, 1)
    await save(`notification-${notification.event_type}`, { status: 200, body: notification })
  },
  { noAck: true },
)

await save('token', await login({ name: 'admin', password: auth.password, project: 'admin' }))
await save('nova-versions', await nova('GET', '/'))
await save('placement-versions', await placement('GET', '/'))
await save('projects', await ask('GET', `${auth.auth_url}/projects`))
await save('flavors', await nova('GET', '/flavors?is_public=None'))
await save('services', await nova('GET', '/os-services?binary=nova-compute'))
await save('hypervisors', await nova('GET', '/os-hypervisors/detail', undefined, '2.87'))
await save('aggregates', await nova('GET', '/os-aggregates'))
const providers = await placement('GET', '/resource_providers')
await save('resource-providers', providers)
const [provider] = providers.body.resource_providers
await save('inventories', await placement('GET', `/resource_providers/${provider.uuid}/inventories`))
await save('traits', await placement('GET', `/resource_providers/${provider.uuid}/traits`))

const { answer, id } = await create('recorded', { tags: ['preemptible'], metadata: { owner: 'nobody' } })
await save('server-created', answer)
await until(id, (server) => server?.status === 'ACTIVE')
await save('servers', await nova('GET', '/servers/detail?all_tenants=1'))
await save('server-active', await nova('GET', `/servers/${id}`))
await save('diagnostics', await nova('GET', `/servers/${id}/diagnostics`))
await save('consumer', await placement('GET', `/allocations/${id}`))
await save('consumer-absent', await placement('GET', '/allocations/00000000-0000-4000-8000-000000000000'))
await save('refused-state', await nova('POST', `/servers/${id}/action`, { resume: null }))
await save('refused-marker', await nova('GET', `/servers/detail?all_tenants=1&marker=${provider.uuid}`))
await save('not-found', await nova('GET', '/servers/00000000-0000-4000-8000-000000000000'))
await nova('POST', `/servers/${id}/action`, { suspend: null })
await until(id, (server) => server?.status === 'SUSPENDED')
await save('server-suspended', await nova('GET', `/servers/${id}`))
await nova('POST', `/servers/${id}/action`, { shelve: null })
await until(id, (server) => server?.status === 'SHELVED_OFFLOADED')
await save('server-shelved', await nova('GET', `/servers/${id}`))

const inventories = await placement('GET', `/resource_providers/${provider.uuid}/inventories`)
const memory = { ...inventories.body.inventories.MEMORY_MB, resource_provider_generation: 999 }
const inventory = `/resource_providers/${provider.uuid}/inventories/MEMORY_MB`
await save('placement-stale', await placement('PUT', inventory, memory))
const greedy = { allocations: { [provider.uuid]: { resources: { MEMORY_MB: 8192, VCPU: 10 } } } }
const consumer = { ...greedy, project_id: 'p', user_id: 'u', consumer_generation: null }
await placement('POST', '/allocations', { '00000000-0000-4000-8000-000000000001': consumer })
const second = { '00000000-0000-4000-8000-000000000002': consumer }
await save('placement-no-room', await placement('POST', '/allocations', second))
await placement('DELETE', '/allocations/00000000-0000-4000-8000-000000000001')

const huge = { vcpus: 99, ram: 1_000_000, disk: 1, name: 'recorded-huge', id: 'recorded-huge' }
await nova('POST', '/flavors', { flavor: huge })
const failed = await create('recorded-failed', { flavorRef: 'recorded-huge', availability_zone: 'nova' })
await until(failed.id, (server) => server?.status === 'ERROR')
await save('server-no-valid-host', await nova('GET', `/servers/${failed.id}`))
for (const made of [id, failed.id]) await nova('POST', `/servers/${made}/action`, { forceDelete: null })
await nova('DELETE', '/flavors/recorded-huge')

const [service] = (await nova('GET', '/os-services?binary=nova-compute')).body.services
await nova('PUT', `/os-services/${service.id}`, { status: 'disabled', disabled_reason: 'recorded' })
await nova('PUT', `/os-services/${service.id}`, { status: 'enabled' })
while (wanted.length > 0) await sleep(500)
await bus.close()

const admin = token
const project = await ask('POST', `${auth.auth_url}/projects`, { project: { name: 'recorded', domain_id: 'default' } })
const user = { name: 'recorded', domain_id: 'default', password: 'recorded' }
const made = await ask('POST', `${auth.auth_url}/users`, { user })
const role = (await ask('GET', `${auth.auth_url}/roles?name=member`)).body.roles[0].id
const projectId = project.body.project.id
await ask('PUT', `${auth.auth_url}/projects/${projectId}/users/${made.body.user.id}/roles/${role}`)
await login({ name: 'recorded', password: 'recorded', project: 'recorded' })
await save('forbidden-hypervisors', await nova('GET', '/os-hypervisors/detail', undefined, '2.87'))
await save('forbidden-servers', await nova('GET', '/servers/detail?all_tenants=1'))
await save('forbidden-placement', await placement('GET', '/resource_providers'))
await save('forbidden-projects', await ask('GET', `${auth.auth_url}/projects`))
token = 'wrong'
await save('unauthenticated-nova', await nova('GET', '/servers'))
token = undefined
await save(
  'unauthenticated-keystone',
  await login({ name: 'admin', password: 'wrong', project: 'admin' }).catch((e) => e),
)
token = admin
await ask('DELETE', `${auth.auth_url}/users/${made.body.user.id}`)
await ask('DELETE', `${auth.auth_url}/projects/${projectId}`)
