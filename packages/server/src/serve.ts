// Runs Gleaner until a signal ends it: what `npm start` and `gleaner serve` do. It prints what a person needs and nothing
// else: the steps of the start with their times, the address, what is seen there, how to stop, how to go on.
import { describeError, isError } from '@gleaner/model'
import { type LoadOptions, loadConfig, parseConfig } from './config/load.ts'
import type { Config } from './config/config.ts'
import { type RunningGleaner, startGleaner } from './main.ts'
import { demoConfig } from './startup/demo.ts'
import { lineReporter } from './startup/progress.ts'

export interface ServeOptions {
  /** What stands behind the command: --config FILE, --demo, --debug. */
  readonly arguments: readonly string[]
  /** Show a simulated cloud when nothing is configured. */
  readonly demoWithoutConfig: boolean
  /** Ends when the process that started it has gone: npm does not pass every signal on to what it runs. */
  readonly endWithParent?: boolean
}

/** Resolves when everything has ended; sets the exit code and leaves nothing running. */
export async function serve(options: ServeOptions): Promise<void> {
  const { arguments: given } = options
  const out = (text: string) => process.stdout.write(`${text}\n`)
  const reporter = lineReporter(process.stderr)
  let running: RunningGleaner | undefined
  const stopping = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    const onSignal = () => {
      // A second signal means now. The next start repairs what this leaves.
      if (stopping.signal.aborted) process.exit(130)
      stopping.abort()
      resolve()
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    if (options.endWithParent === true) onOrphaned(onSignal)
  })
  try {
    const { config, isDemo } = configure(given, options.demoWithoutConfig)
    running = await startGleaner({ config, reporter, demo: isDemo, signal: stopping.signal })
    for (const line of welcome(running, config, isDemo)) out(line)
    await stopped
    out('')
  } catch (error) {
    if (!stopping.signal.aborted) {
      process.stderr.write(`${message(error, given.includes('--debug'))}\n`)
      process.exitCode = 1
    }
  }
  try {
    await running?.stop(reporter)
  } catch (error) {
    process.stderr.write(`${message(error, given.includes('--debug'))}\n`)
    process.exitCode = 1
  }
  process.exit()
}

const parentCheckMs = 500

function onOrphaned(stop: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    stop()
  }, parentCheckMs)
  watch.unref()
}

function configure(given: readonly string[], demoWithoutConfig: boolean): { config: Config; isDemo: boolean } {
  const at = given.indexOf('--config')
  const file = at === -1 ? undefined : given[at + 1]
  const load: LoadOptions = { file, environment: process.env, directory: process.cwd() }
  if (!given.includes('--demo')) {
    const config = loadConfig(load)
    if (config.file !== undefined || !demoWithoutConfig) return { config, isDemo: false }
  }
  return { config: parseConfig(demoConfig, 'the built-in demo', load), isDemo: true }
}

function welcome(running: RunningGleaner, config: Config, isDemo: boolean): readonly string[] {
  const seen = isDemo
    ? `A simulated datacentre, its time running ${config.speed} times faster. Everything is in observe: nothing is done, see what would be.`
    : config.clouds.length === 0
      ? 'No cloud is connected yet.'
      : `Watching ${config.clouds.map((cloud) => `${cloud.id} (${cloud.kind})`).join(', ')}.`
  return [
    '',
    `  ${running.url}`,
    `  ${seen}`,
    ...(running.firstLink === undefined
      ? []
      : [
          '  Nobody is an administrator yet. Become the first with this link; it counts once, for a day:',
          `  ${running.firstLink}`,
        ]),
    '  Stop it with Ctrl-C. Connect a real cloud: README.md, "Connect a libvirt host"; then: npx gleaner config check',
  ]
}

function message(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return error.stack ?? error.message
  return isError(error) ? `${describeError(error)}\n${error.remedy}` : describeError(error)
}
