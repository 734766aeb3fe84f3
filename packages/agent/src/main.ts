// The agent as a program of its own: binds its commands to the process.
import { parseArgs } from 'node:util'
import { GleanerError } from '@gleaner/model/errors'
import { parseDurationMs } from '@gleaner/model/duration'
import * as commands from './commands.ts'

const usage = `usage: gleaner-agent <command> [--config FILE] [--json]
  run                  watch this desktop and pause its guests when somebody is there
  monitors             what each monitor sees, and why the desktop is or is not lendable
  status               whether it is lent, and what runs here
  reclaim              guests stand still until "auto"
  snooze DURATION      guests stand still for so long: 30m, 2h; or until 18:00
  lend DURATION        lend it now, without waiting until the user was away long enough; or lend 18:00
  auto                 take back reclaim, snooze or lend
  join TOKEN           speak for a host: --server ADDRESS [--ca FILE]
  session-helper       tell the agent whether somebody is at this Wayland session: [--session ID] [--folder FOLDER]
  hold                 pause every guest, whether an agent runs or not
  powernap FILE        what a configuration file of PowerNap means here
`

const ended = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
const io: commands.AgentIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: ended.signal,
}

async function command(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      server: { type: 'string' },
      ca: { type: 'string' },
      session: { type: 'string' },
      folder: { type: 'string' },
    },
  })
  const [name, word] = positionals
  const options = { config: values.config, json: values.json }
  const forMs = word === undefined ? undefined : parseDurationMs(word)
  // A duration, or until when.
  const span = forMs === undefined ? { until: word } : { forMs }
  switch (values.help === true ? undefined : name) {
    case 'run':
      return commands.agentRun(options, io)
    case 'monitors':
      return commands.agentMonitors(options, io)
    case 'status':
      return commands.agentStatus(options, io)
    case 'join': {
      const { server, ca } = values
      if (server === undefined || word === undefined) break
      return commands.agentJoin({ ...options, server, token: word, ca }, io)
    }
    case 'session-helper':
      return commands.agentSessionHelper({ session: values.session, folder: values.folder }, io)
    case 'hold':
      return commands.agentHold(options, io)
    case 'auto':
      return commands.agentWish({ ask: 'auto' }, options, io)
    case 'reclaim':
      return commands.agentWish({ ask: 'reclaim', ...span }, options, io)
    case 'snooze':
    case 'lend':
      if (word === undefined || (forMs === undefined ? !word.includes(':') : forMs <= 0)) break
      return commands.agentWish({ ask: name === 'lend' ? 'lend' : 'reclaim', ...span }, options, io)
    case 'powernap':
      if (word === undefined) break
      return commands.agentPowerNap(word, options, io)
    default:
  }
  io.err(usage)
  return 2
}

try {
  process.exitCode = await command()
} catch (error) {
  const remedy = error instanceof GleanerError ? `\n${error.remedy}` : ''
  io.err(`gleaner-agent: ${(error as Error).message}${remedy}\n`)
  process.exitCode = 1
}
