// npm run lock: brings package-lock.json up to date and makes it complete. npm leaves the packages of other platforms out
// of the lock file when it cannot fetch them, and `npm ci` then refuses the file on every platform. Their versions are
// known (the packages that ask for them name them exactly), so they are written here; without a checksum, as npm does
// for what it has not seen. Run it after every change of a dependency.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './steps.mjs'

const file = join(root, 'package-lock.json')
await run('npm', ['install', '--package-lock-only', '--loglevel=error'])
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32']
const processors = ['arm64', 'x64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el']

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (!/^\d/.test(version)) continue
    const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
    const known = places.map((place) => lock.packages[place]).find((found) => found !== undefined)
    if (known?.version !== undefined) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    }
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
await run('npm', ['ci', '--dry-run', '--loglevel=error'])

function platformOf(name) {
  const words = name.split(/[/-]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') || words.includes('glibc') ? ['glibc'] : []
  return { ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}), ...(os.length ? { os } : {}) }
}
