// The packages of the guest reporter, built by this machine's own tools and looked into by them.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../../../integrations/guest/package.sh', import.meta.url))
const run = promisify(execFile)
const versionOf = (program: string) =>
  run(program, ['--version']).then(
    ({ stdout }) => stdout,
    () => '',
  )
const isRequired = process.env['GLEANER_TEST_REQUIRE_ALL'] === '1'
const hasTar = isRequired || (await versionOf('tar')).includes('GNU tar')
const hasDeb = isRequired || (hasTar && (await versionOf('dpkg-deb')) !== '')
const hasRpm = isRequired || (hasTar && (await versionOf('rpmbuild')) !== '')
if (!hasDeb || !hasRpm)
  console.warn(
    'packages of the guest reporter: skipped in part; they need GNU tar, dpkg-deb and rpm (apt-get install rpm)',
  )

const installed = [
  '/etc/gleaner/guest.conf',
  '/etc/init.d/gleaner-guest',
  '/usr/bin/gleaner-guest',
  '/usr/lib/systemd/system/gleaner-guest.service',
  '/usr/share/doc/gleaner-guest/README.md',
]
const settings = ['/etc/gleaner/guest.conf', '/etc/init.d/gleaner-guest']
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gl-packages-'))
  if (hasTar) await run(script, ['1.2.3', join(folder, 'out')])
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const lines = async (program: string, words: readonly string[]) =>
  (await run(program, [...words])).stdout.split('\n').filter((line) => line !== '')

describe.skipIf(!hasTar)('the archive', () => {
  it('holds what the packages install, for systems with neither', async () => {
    const tar = join(folder, 'out/gleaner-guest-1.2.3.tar.gz')
    const files = (await lines('tar', ['-tzf', tar])).filter((name) => !name.endsWith('/')).map((name) => `/${name}`)
    expect(files.toSorted()).toEqual(installed)
    await run('mkdir', [join(folder, 'root')])
    await run('tar', ['-C', join(folder, 'root'), '-xzf', tar])
    const unit = await readFile(join(folder, 'root/usr/lib/systemd/system/gleaner-guest.service'), 'utf8')
    const service = await readFile(join(folder, 'root/etc/init.d/gleaner-guest'), 'utf8')
    const started = [/^ExecStart=(\S+)$/m.exec(unit)?.[1], /^command=(\S+)$/m.exec(service)?.[1]]
    expect(started).toEqual(['/usr/bin/gleaner-guest', '/usr/bin/gleaner-guest'])
    expect((await stat(join(folder, 'root/usr/bin/gleaner-guest'))).mode & 0o777).toBe(0o755)
    const documented = /^Documentation=file:\/\/(\S+)$/m.exec(unit)?.[1] ?? ''
    expect(installed).toContain(documented)
  })

  it('refuses versions that no package may have', async () => {
    for (const version of ['v1', '', '1-2', '1;id', '$(id)'])
      await expect(run(script, [version, join(folder, 'none')]), version).rejects.toMatchObject({ code: 2 })
    expect(await readdir(folder)).not.toContain('none')
  })
})

it.skipIf(!hasTar)('the same files and version give the same packages', async () => {
  await run(script, ['1.2.3', join(folder, 'again')])
  const names = await readdir(join(folder, 'out'))
  expect(names.length).toBe(1 + Number(hasDeb) + Number(hasRpm))
  for (const name of names) {
    const [one, other] = await Promise.all(['out', 'again'].map((at) => readFile(join(folder, at, name))))
    expect(one?.equals(other ?? Buffer.alloc(0)), name).toBe(true)
  }
})

it.skipIf(!hasDeb)('the .deb installs them and keeps changed settings', async () => {
  const deb = join(folder, 'out/gleaner-guest_1.2.3_all.deb')
  const listed = await lines('dpkg-deb', ['--contents', deb])
  const files = listed.filter((line) => line.startsWith('-')).map((line) => line.split(' .')[1])
  expect(files.toSorted()).toEqual(installed)
  expect(listed.every((line) => line.includes(' root/root '))).toBe(true)
  const control = join(folder, 'control')
  await run('dpkg-deb', ['--control', deb, control])
  expect((await readFile(join(control, 'conffiles'), 'utf8')).trim().split('\n')).toEqual(settings)
  expect(await readFile(join(control, 'control'), 'utf8')).toContain('Version: 1.2.3\nArchitecture: all\n')
  for (const name of ['postinst', 'prerm', 'postrm']) await run('sh', ['-n', join(control, name)])
})

it.skipIf(!hasRpm)('the .rpm installs them and keeps changed settings', async () => {
  const rpm = join(folder, 'out/gleaner-guest-1.2.3-1.noarch.rpm')
  expect((await lines('rpm', ['-qpl', rpm])).toSorted()).toEqual(installed)
  expect((await lines('rpm', ['-qp', '--configfiles', rpm])).toSorted()).toEqual(settings)
  const owners = await lines('rpm', ['-qp', '--qf', '[%{FILEUSERNAME}:%{FILEGROUPNAME}\n]', rpm])
  expect(new Set(owners)).toEqual(new Set(['root:root']))
  const needed = await lines('rpm', ['-qp', '--requires', rpm])
  expect(new Set(needed.filter((name) => !name.startsWith('rpmlib(')))).toEqual(new Set(['/bin/sh']))
})
