// One throw-away PostgreSQL per test run, shared by all threads of the run: the first one that asks starts it, the others
// wait. It syncs nothing to disk. It ends with the process of the run, however that ends: a small shell waits for that,
// stops the server and removes its files.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type DatabaseAddress, socketAddress } from '../database/database-address.ts'
import { openDatabase } from '../database/database.ts'
import { loadMigrations, migrate } from '../database/migrate.ts'
import { launchPostgres } from '../postgres/launch.ts'
import { isAlive } from '../postgres/postmaster.ts'
import { databasePort, databaseUser } from '../postgres/settings.ts'

export interface TestCluster {
  readonly pid: number
  readonly socketDirectory: string
}

export const templateName = 'gleaner_template'
const startPatienceMs = 60_000

const watchdog = `
while kill -0 "$1" 2>/dev/null; do sleep 0.2; done
kill -INT "$2" 2>/dev/null
while kill -0 "$2" 2>/dev/null; do sleep 0.1; done
rm -rf -- "$3"
`

let shared: Promise<TestCluster> | undefined

export function testCluster(): Promise<TestCluster> {
  shared ??= findOrStart()
  return shared
}

export function clusterAddress(cluster: TestCluster, database: string): DatabaseAddress {
  return socketAddress({ directory: cluster.socketDirectory, port: databasePort, user: databaseUser, database })
}

async function findOrStart(): Promise<TestCluster> {
  const meeting = join(tmpdir(), `gleaner-tests-${process.pid}`)
  const untilMs = performance.now() + startPatienceMs
  for (;;) {
    try {
      await mkdir(meeting, { mode: 0o700 })
      return await start(meeting)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const found = JSON.parse(await readFile(join(meeting, 'cluster.json'), 'utf8').catch(() => 'null')) as
      | TestCluster
      | { readonly fault: string }
      | null
    if (found !== null && 'fault' in found) throw new Error(found.fault)
    if (found !== null && (await isAlive(found.pid))) return found
    // Left behind by an earlier process of the same number.
    if (found !== null) await rm(meeting, { recursive: true, force: true })
    if (performance.now() > untilMs) throw new Error(`the test database did not come up (${meeting})`)
    await pause(50)
  }
}

async function start(meeting: string): Promise<TestCluster> {
  const note = join(meeting, 'cluster.json')
  const tell = async (value: unknown) => {
    await writeFile(`${note}.new`, JSON.stringify(value))
    await rename(`${note}.new`, note)
  }
  const state = await mkdtemp(join(tmpdir(), 'gleaner-test-'))
  try {
    const { pid, socketDirectory } = await launchPostgres({ stateDirectory: state, durable: false })
    const args = ['-c', `${watchdog}rm -rf -- "$4"`, 'sh', String(process.pid), String(pid), state, meeting]
    spawn('/bin/sh', args, { detached: true, stdio: 'ignore', cwd: '/' }).unref()
    const cluster = { pid, socketDirectory }
    await makeTemplate(cluster)
    await tell(cluster)
    return cluster
  } catch (error) {
    await tell({ fault: String(error) })
    throw error
  }
}

async function makeTemplate(cluster: TestCluster): Promise<void> {
  const control = openDatabase(clusterAddress(cluster, 'postgres'))
  const client = await control.connect('tests', 'unlimited')
  await client.query(`create database ${templateName}`)
  await client.end()
  await control.close()
  const template = openDatabase(clusterAddress(cluster, templateName))
  const migrating = await template.connect('tests', 'unlimited')
  await migrate(migrating, await loadMigrations())
  await migrating.end()
  await template.close()
}
