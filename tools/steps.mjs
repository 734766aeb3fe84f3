// The steps between a fresh clone and a program that runs: install, build. Plain Node, no dependency, because it runs
// before anything is installed. Each step prints one line with a tick and its time, and says nothing when it had
// nothing to do.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const neededNode = [20, 19]

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > neededNode[0] || (major === neededNode[0] && minor >= neededNode[1])) return
  console.error(
    `Gleaner needs Node.js ${neededNode.join('.')} or newer; this is ${process.versions.node}. Install a newer one and try again.`,
  )
  process.exit(2)
}

/** Runs a command to its end; its output is kept back and shown only when it fails. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else
        reject(
          Object.assign(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`), {
            output,
            code: code ?? 1,
          }),
        )
    })
  })
}

/** One line: what is going on; a dot of life every two seconds on a terminal; at the end a tick and the time. */
export async function step(title, work, write = (text) => process.stderr.write(text)) {
  const began = Date.now()
  const live = process.stderr.isTTY
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1)
  const line = (mark) => `${live ? '\r' : ''}  ${mark} ${title}`
  if (live) write(line('·'))
  const pulse = setInterval(
    () => write(live ? `${line('·')} … ${seconds()} s` : `  · ${title} … ${seconds()} s\n`),
    live ? 500 : 5000,
  )
  try {
    const result = await work()
    clearInterval(pulse)
    write(`${line('✓')} ${seconds()} s${live ? '\u001b[K' : ''}\n`)
    return result
  } catch (error) {
    clearInterval(pulse)
    write(`${line('✗')} failed after ${seconds()} s${live ? '\u001b[K' : ''}\n`)
    if (error.output) process.stderr.write(`${error.output}\n`)
    throw error
  }
}

function installed() {
  const hidden = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(hidden)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const found = JSON.parse(readFileSync(hidden, 'utf8')).packages
  // Optional packages of other platforms are missing on purpose.
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional ||
      entry.link ||
      !path.includes('node_modules/') ||
      found[path]?.version === entry.version,
  )
}

export async function ensureInstalled() {
  if (installed()) return
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund']
  await step('install packages from the lock file', () =>
    // A registry that does not have every platform's packages makes npm ci refuse; install takes the same versions.
    run('npm', ['ci', ...quiet]).catch(() => run('npm', ['install', '--no-save', ...quiet])),
  )
}

/** Writes what the packages run as. Whether their types are right is for `npm run check` to say: it takes three times as long. */
export function buildPackages(env) {
  return run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', '--noCheck'], { env })
}

export async function ensureBuilt() {
  const stamp = join(root, 'packages/console/dist/.inputs')
  const inputs = hashOf(['packages/console', 'packages/client/src', 'packages/model/src', 'package-lock.json'])
  const consoleStale = !existsSync(stamp) || readFileSync(stamp, 'utf8') !== inputs
  const sources = hashOf(['packages', 'tsconfig.base.json', 'package-lock.json'], 'console')
  const built = join(root, 'node_modules/.cache/gleaner-built')
  if (!existsSync(built) || readFileSync(built, 'utf8') !== sources) {
    await step('build the server', () => buildPackages())
    mkdirSync(dirname(built), { recursive: true })
    writeFileSync(built, sources)
  }
  if (consoleStale) {
    await step('build the console', () =>
      // A test runner says "test" here, and the page would be built with the checks of a development build.
      run(
        process.execPath,
        [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'packages/console', '--logLevel', 'warn'],
        { env: { NODE_ENV: 'production' } },
      ),
    )
    writeFileSync(stamp, inputs)
  }
}

/** A hash over names, sizes and times of all files below: changes when something was edited. */
function hashOf(paths, without) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const info = statSync(path, { throwIfNoEntry: false })
    if (info === undefined) return
    if (info.isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name === 'node_modules' || name === 'dist' || name === without || name.endsWith('.test.ts')) continue
        visit(join(path, name))
      }
    } else hash.update(`${path}:${info.size}:${info.mtimeMs}\n`)
  }
  for (const path of paths) visit(join(root, path))
  return hash.digest('hex')
}
