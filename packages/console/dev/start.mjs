// node packages/console/dev/start.mjs [port] [hosts] [instances] [speed]: the fake server, with the built page if there is
// one. Vite loads the TypeScript sources, so that Node 20 can run them.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const [port = 7879, hosts = 24, instances = 300, speed = 60] = process.argv.slice(2).map(Number)
const page = here('../dist')
const { module } = await runnerImport(here('./fake-server.ts'), {
  root: here('..'),
  configFile: false,
  logLevel: 'error',
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] }, noExternal: [/^@gleaner/] },
})
const server = await module.startFakeServer({
  port,
  hosts,
  instances,
  speed,
  anonymous: !process.env.LOGIN,
  ...(existsSync(page) ? { page } : {}),
})
process.stdout.write(`${server.url}\n`)
