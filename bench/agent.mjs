// What does the agent cost a desktop with every monitor at one second (programs every five) and twelve input devices?
// Devices are pipes, everything else is this machine's own. Limits: 60 MB resident, 0.3 % of a core.
// Usage: npm run bench agent, or node bench/agent.mjs SECONDS
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const seconds = Number(process.argv[2] ?? 60)
const limitMB = 60
const limitShare = 0.003
const folder = mkdtempSync(join(tmpdir(), 'gleaner-agent-'))
const agentAt = fileURLToPath(new URL('../packages/agent/dist/run-agent.js', import.meta.url))
const configAt = fileURLToPath(new URL('../packages/agent/dist/config/read-agent-config.js', import.meta.url))

mkdirSync(join(folder, 'dev/input'), { recursive: true })
mkdirSync(join(folder, 'run/systemd/sessions'), { recursive: true })
symlinkSync('/dev/pts', join(folder, 'dev/pts'))
for (let nth = 1; nth <= 6; nth++) writeFileSync(join(folder, `dev/tty${nth}`), '')
// What a desktop has: two keyboards, two mice, two buttons, and the jacks of its sound cards, by their capabilities.
const kinds = [
  ...Array.from({ length: 2 }, () => ({
    ev: '120013',
    key: '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe',
  })),
  ...Array.from({ length: 2 }, () => ({ ev: '17', key: '1f0000 0 0 0 0' })),
  ...Array.from({ length: 2 }, () => ({ ev: '3', key: '10000000000000 0' })),
  ...Array.from({ length: 6 }, () => ({ ev: '21', key: '0' })),
]
for (const [nth, words] of kinds.entries()) {
  execFileSync('mkfifo', [join(folder, `dev/input/event${nth}`)])
  const capabilities = join(folder, `sys/class/input/event${nth}/device/capabilities`)
  mkdirSync(capabilities, { recursive: true })
  for (const [name, value] of Object.entries(words)) writeFileSync(join(capabilities, name), `${value}\n`)
}
for (const name of ['class/power_supply', 'class/thermal', 'class/drm', 'fs'])
  if (existsSync(`/sys/${name}`)) {
    mkdirSync(join(folder, 'sys/class'), { recursive: true })
    symlinkSync(`/sys/${name}`, join(folder, 'sys', name))
  }
writeFileSync(
  join(folder, 'agent.yaml'),
  `
socket: ${folder}/socket
stateDirectory: ${folder}/state
monitors:
  keyboard:
  pointer:
  ps2: { every: 1s }
  terminals: { every: 1s }
  sessions:
  load:
  pressure:
  processes: { every: 5s, names: [none-of-these] }
  ports: { ports: [5900-5910] }
  battery: { every: 1s }
  lid:
  inhibitors:
  gpu:
  temperature: { every: 1s }
  hours: { lend: ["mon-sun 00:00-24:00"] }
guests: [ { cgroup: none.slice } ]
`,
)
// Held open for writing, so that a read finds nothing and not the end.
const program = `
import { openSync, constants } from 'node:fs'
import { runAgent } from ${JSON.stringify(agentAt)}
import { loadAgentConfig } from ${JSON.stringify(configAt)}
for (let nth = 0; nth < 12; nth++) openSync(${JSON.stringify(folder)} + '/dev/input/event' + nth, constants.O_RDWR | constants.O_NONBLOCK)
const roots = { proc: '/proc', sys: ${JSON.stringify(join(folder, 'sys'))}, dev: ${JSON.stringify(join(folder, 'dev'))}, run: ${JSON.stringify(join(folder, 'run'))} }
const agent = await runAgent(loadAgentConfig(${JSON.stringify(join(folder, 'agent.yaml'))}), { roots, say: () => {} })
const states = new Map(agent.watch.look().monitors.map(({ monitor, state }) => [monitor, state]))
console.log(JSON.stringify([...states]))
`
writeFileSync(join(folder, 'agent.mjs'), program)
const child = spawn(process.execPath, [join(folder, 'agent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
const [states] = await new Promise((resolve) => child.stdout.on('data', (text) => resolve([JSON.parse(String(text))])))
const missing = states.filter(([, state]) => state === 'missing').map(([name]) => name)
const ticks = () => {
  const words = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return Number(words[11]) + Number(words[12])
}
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
// Until the code is compiled and the heap has its size.
await sleep(15_000)
const before = ticks()
await sleep(seconds * 1000)
const share = (ticks() - before) / 100 / seconds
const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
const residentMB = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)[1]) / 1024
child.kill('SIGKILL')
rmSync(folder, { recursive: true })
console.log(
  `${states.length} monitors${missing.length > 0 ? `, missing here: ${missing.join(', ')}` : ''}; ${seconds} s`,
)
console.log(
  `${(share * 100).toFixed(2)} % of a core (limit ${limitShare * 100} %), ${residentMB.toFixed(0)} MB resident (limit ${limitMB} MB)`,
)
process.exit(share > limitShare || residentMB > limitMB ? 1 : 0)
