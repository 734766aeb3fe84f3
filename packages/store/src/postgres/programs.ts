// Chooses the PostgreSQL programs (initdb and postgres). The system's own come first, the highest version of at least
// `oldestMajor`; then the npm package. A data directory made by one major version can only be run by the same one, so
// an existing directory decides: PG_VERSION in it names the major that must be found.
import { access, constants, readdir, readFile, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { GleanerError } from '@gleaner/model'
import { findEmbeddedPackage, makePackageLinks } from './embedded-package.ts'
import { runCommand } from './run-command.ts'

export const oldestMajor = 14

export interface Programs {
  /** Folder of both programs. */
  readonly directory: string
  readonly major: number
  readonly version: string
  /** Root of the npm package when they come from it. */
  readonly packageRoot: string | undefined
}

const probeTimeoutMs = 20_000
/** Where distributions keep several majors side by side: Debian, Alpine, and the packages for Red Hat's. */
const versionedFolders: readonly (readonly [string, RegExp])[] = [
  ['/usr/lib/postgresql', /^\d+$/],
  ['/usr/libexec', /^postgresql\d+$/],
  ['/usr', /^pgsql-\d+$/],
]
const names = ['initdb', 'postgres']

/** `only`: look nowhere else; the word `package` stands for the npm package. */
export async function choosePrograms(neededMajor: number | undefined, only?: string): Promise<Programs> {
  const found: Programs[] = []
  if (only !== 'package')
    for (const directory of only === undefined ? await systemDirectories() : [only]) {
      const programs = await probe(directory, undefined)
      if (programs !== undefined) found.push(programs)
    }
  found.sort((a, b) => b.major - a.major || compareVersions(b.version, a.version))
  const suits = ({ major }: Programs) => (neededMajor === undefined ? major >= oldestMajor : major === neededMajor)
  const system = found.find(suits)
  if (system !== undefined) return system
  if (only === undefined || only === 'package') {
    const embedded = await embeddedPrograms()
    if (embedded !== undefined) {
      if (suits(embedded)) return embedded
      found.push(embedded)
    }
  }
  const seen = found.map(({ version, directory }) => `${version} in ${directory}`).join(', ')
  if (neededMajor !== undefined && found.length > 0)
    throw new GleanerError('store-other-major', { needed: neededMajor, found: seen })
  throw new GleanerError('store-no-binaries', {
    detail: seen === '' ? 'neither on the system nor from npm' : `${oldestMajor} or newer is needed, there is ${seen}`,
  })
}

async function embeddedPrograms(): Promise<Programs | undefined> {
  const root = findEmbeddedPackage()
  if (root === undefined) return undefined
  await makePackageLinks(root)
  const directory = join(root, 'native', 'bin')
  // Where the links could not be made the programs do not even load here; the copy made by placement.ts will, and has
  // the version in the package's name.
  return (await probe(directory, root)) ?? (await versionFromPackage(directory, root))
}

async function versionFromPackage(directory: string, packageRoot: string): Promise<Programs | undefined> {
  const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
  const version = /^\d+\.\d+/.exec(manifest.version)?.[0]
  return version === undefined ? undefined : { directory, major: Number.parseInt(version, 10), version, packageRoot }
}

async function systemDirectories(): Promise<readonly string[]> {
  const directories = new Set<string>()
  for (const [parent, pattern] of versionedFolders)
    for (const name of await readdir(parent).catch(() => []))
      if (pattern.test(name)) directories.add(join(parent, name, 'bin'))
  const configured = await runCommand({ file: 'pg_config', args: ['--bindir'] }, probeTimeoutMs)
  if (configured.status === 0) directories.add(configured.output)
  // A postgres in the path may be a link into the real folder, where the other programs are.
  for (const folder of (process.env['PATH'] ?? '').split(delimiter))
    if (folder !== '') {
      const real = await realpath(join(folder, 'postgres')).catch(() => undefined)
      if (real !== undefined) directories.add(dirname(real))
    }
  return [...directories]
}

/** Undefined when the folder does not hold both programs, or they do not run. */
async function probe(directory: string, packageRoot: string | undefined): Promise<Programs | undefined> {
  for (const name of names)
    try {
      await access(join(directory, name), constants.X_OK)
    } catch {
      return undefined
    }
  const { status, output } = await runCommand(
    { file: join(directory, 'postgres'), args: ['--version'] },
    probeTimeoutMs,
  )
  const version = /\(PostgreSQL\) (\d+(?:\.\d+)?)/.exec(output)?.[1]
  if (status !== 0 || version === undefined) return undefined
  return { directory, major: Number.parseInt(version, 10), version, packageRoot }
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
