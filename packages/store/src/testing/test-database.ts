// A database of its own for each test file, copied from a migrated template in the test run's cluster.
import { randomBytes } from 'node:crypto'
import type { DatabaseAddress } from '../database/database-address.ts'
import { openDatabase } from '../database/database.ts'
import { clusterAddress, templateName, testCluster } from './test-cluster.ts'

export interface TestDatabase {
  readonly address: DatabaseAddress
  /** The same as a value for DATABASE_URL. */
  readonly url: string
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

/** `empty`: without Gleaner's schema. */
export async function createTestDatabase(content: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const cluster = await testCluster()
  const name = `test_${randomBytes(6).toString('hex')}`
  await control(cluster, `create database ${name} template ${content === 'migrated' ? templateName : 'template0'}`)
  const address = clusterAddress(cluster, name)
  return {
    address,
    url: `postgres://gleaner@/${name}?host=${encodeURIComponent(cluster.socketDirectory)}`,
    drop: () => control(cluster, `drop database if exists ${name} with (force)`),
  }
}

async function control(cluster: Awaited<ReturnType<typeof testCluster>>, statement: string): Promise<void> {
  const database = openDatabase(clusterAddress(cluster, 'postgres'))
  const client = await database.connect('tests', 'unlimited')
  try {
    await client.query(statement)
  } finally {
    await client.end()
    await database.close()
  }
}
