import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCloudSettings } from './cloud-settings.ts'

let folder: string
const file = (name: string) => join(folder, name)
const secret = 'hunter2'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clouds-'))
  await writeFile(
    file('clouds.yaml'),
    `clouds:
  lab:
    profile: vendor
    auth: { username: ada, project_name: physics }
    region_name: RegionOne
    interface: internalURL
    verify: false
    compute_endpoint_override: http://nova.example:8774/v2.1/
  other:
    auth: { auth_url: ftp://nowhere }
`,
  )
  await writeFile(file('secure.yaml'), `clouds: { lab: { auth: { password: ${secret} } } }\n`)
  await writeFile(
    file('clouds-public.yaml'),
    'public-clouds: { vendor: { auth: { auth_url: https://keystone.example/v3/ }, region_name: Elsewhere } }\n',
  )
  await writeFile(file('broken.yaml'), `clouds:\n  lab:\n    auth: { password: ${secret}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

describe('clouds.yaml', () => {
  it('is read with the secrets of secure.yaml and the profile laid under it', async () => {
    const settings = await loadCloudSettings({ cloud: 'lab', file: file('clouds.yaml'), env: {} })
    expect(settings).toMatchObject({
      authUrl: 'https://keystone.example/v3',
      auth: { username: 'ada', project_name: 'physics', password: secret },
      region: 'RegionOne',
      interface: 'internal',
      verify: false,
      endpoints: { compute: 'http://nova.example:8774/v2.1' },
    })
  })

  it('is found where OpenStack’s own tools look', async () => {
    const cloud = 'lab'
    for (const source of [
      { cwd: folder, env: {} },
      { env: { OS_CLIENT_CONFIG_FILE: file('clouds.yaml') } },
      { env: { OS_CLIENT_CONFIG_FILE: file('clouds.yaml'), OS_CLIENT_SECURE_FILE: file('secure.yaml') } },
    ]) {
      expect((await loadCloudSettings({ cloud, home: folder, ...source })).auth['password']).toBe(secret)
    }
    const named = await loadCloudSettings({ cwd: folder, env: { OS_CLOUD: 'lab' } })
    expect(named.auth['username']).toBe('ada')
  })

  it.each([
    [{ cloud: 'lba' }, 'cloud "lba" is not in FILE; there are lab, other'],
    [{}, 'cloud is missing, and FILE has several'],
    [{ cloud: 'other' }, 'FILE: clouds.other: auth.auth_url must begin with http:// or https://'],
  ])('that is wrong is told by file and key: %j', async (source, message) => {
    const loading = loadCloudSettings({ file: file('clouds.yaml'), env: {}, ...source })
    await expect(loading).rejects.toThrow(message.replace('FILE', file('clouds.yaml')))
  })

  it('that is no YAML is told without what stands in it', async () => {
    const error = await loadCloudSettings({ file: file('broken.yaml'), env: {} }).catch(String)
    expect(error).toMatch(/broken\.yaml is no YAML \(line \d\)/)
    expect(error).not.toContain(secret)
  })

  it('that is not there is told with the places looked at', async () => {
    const loading = loadCloudSettings({ file: file('none.yaml'), env: {} })
    await expect(loading).rejects.toThrow(`clouds.yaml was not found (${file('none.yaml')})`)
  })
})

describe('the environment', () => {
  it('holds the same under OS_ names', async () => {
    const env = {
      OS_AUTH_URL: 'http://keystone:5000/v3',
      OS_USERNAME: 'ada',
      OS_PASSWORD: secret,
      OS_PROJECT_NAME: 'physics',
      OS_REGION_NAME: 'R',
      OS_INTERFACE: 'admin',
      OS_CACERT: '/ca.pem',
      PATH: '/bin',
    }
    expect(await loadCloudSettings({ env })).toMatchObject({
      authUrl: 'http://keystone:5000/v3',
      auth: { username: 'ada', password: secret },
      region: 'R',
      interface: 'admin',
      caFile: '/ca.pem',
      verify: true,
    })
    await expect(loadCloudSettings({ env: {} })).rejects.toThrow('OS_AUTH_URL is missing')
  })
})
