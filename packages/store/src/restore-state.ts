// Reads an export into an empty database, in one transaction: all of it or nothing. Refused: a database that holds
// anything, an export of a newer Gleaner, and any damage (each line, the number of rows and the digest are checked).
import { createHash } from 'node:crypto'
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { GleanerError, isError } from '@gleaner/model'
import type { Client } from 'pg'
import type { Database } from './database/database.ts'
import { isDatabaseError, translateFault } from './database/store-fault.ts'
import { exportedTables, exportFormat, exportVersion } from './exported-tables.ts'

const bytesPerStatement = 4 * 1024 * 1024
const names: ReadonlySet<string> = new Set(exportedTables.map(({ name }) => name))

interface Batch {
  readonly table: string
  readonly rows: string[]
  bytes: number
  readonly firstLine: number
}

export async function restoreState(
  database: Database,
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly rows: number }> {
  const client = await database.connect('restore', 'unlimited')
  try {
    await client.query('begin')
    await refuseUsed(client)
    const rows = await restore(client, source)
    await client.query('commit')
    return { rows }
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw translateFault(error)
  } finally {
    await client.end().catch(() => {})
  }
}

async function refuseUsed(client: Client): Promise<void> {
  await client.query(`lock table ${exportedTables.map(({ name }) => `"${name}"`).join(', ')} in exclusive mode`)
  for (const { name } of exportedTables) {
    if (name === 'leader') continue
    const { rowCount } = await client.query(`select from "${name}" limit 1`)
    if (rowCount !== 0) throw new GleanerError('store-not-empty')
  }
}

async function restore(client: Client, source: AsyncIterable<Uint8Array>): Promise<number> {
  const hash = createHash('sha256')
  let lineNumber = 0
  let rows = 0
  let ended = false
  let batch: Batch | undefined
  for await (const line of lines(source)) {
    lineNumber++
    const value = parse(line, lineNumber)
    if (ended) throw corrupt(lineNumber, 'there is more after the end')
    if (lineNumber === 1) await checkHeader(client, value)
    else if ('end' in value) {
      const digest = hash.digest('hex')
      if (value['rows'] !== rows) throw corrupt(lineNumber, `${rows} rows instead of ${String(value['rows'])}`)
      if (value['sha256'] !== digest) throw corrupt(lineNumber, 'the digest does not match')
      ended = true
      continue
    } else {
      const { table } = value
      if (typeof table !== 'string' || !names.has(table) || !isObject(value['row']))
        throw corrupt(lineNumber, 'not a row of a known table')
      // A row keeps its own text: numbers and documents stay what they were to the last digit.
      const text = line.slice(line.indexOf('"row":') + '"row":'.length, -1)
      if (batch !== undefined && (batch.table !== table || batch.bytes > bytesPerStatement)) {
        await insert(client, batch)
        batch = undefined
      }
      batch ??= { table, rows: [], bytes: 0, firstLine: lineNumber }
      batch.rows.push(text)
      batch.bytes += text.length
      rows++
    }
    hash.update(`${line}\n`)
  }
  if (!ended) throw corrupt(lineNumber + 1, 'it ends too early')
  if (batch !== undefined) await insert(client, batch)
  return rows
}

async function checkHeader(client: Client, header: Readonly<Record<string, unknown>>): Promise<void> {
  if (header['format'] !== exportFormat) throw corrupt(1, 'not an export of Gleaner')
  const { rows } = await client.query<{ number: number }>('select max(number) as number from migration')
  const known = rows[0]?.number ?? 0
  const found = header['migration']
  if (typeof found !== 'number' || typeof header['version'] !== 'number') throw corrupt(1, 'the header is incomplete')
  if (found > known || header['version'] > exportVersion) throw new GleanerError('store-version', { found, known })
}

async function insert(client: Client, { table, rows, firstLine }: Batch): Promise<void> {
  // Only the columns the export has: one that was added since keeps its default. Not those that follow from others.
  const first = JSON.parse(rows[0] ?? '{}') as Readonly<Record<string, unknown>>
  const generated = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = '"${table}"'::regclass and attgenerated <> ''`,
  )
  const columns = Object.keys(first)
    .filter((column) => !generated.rows.some(({ name }) => name === column))
    .map((name) => `"${name.replaceAll('"', '""')}"`)
    .join(', ')
  // The database may have been led already; its term must not fall.
  const conflict =
    table === 'leader' ? ' on conflict (scope) do update set term = greatest(leader.term, excluded.term)' : ''
  try {
    await client.query(
      `insert into "${table}" (${columns}) select ${columns} from json_populate_recordset(null::"${table}", $1::json)${conflict}`,
      [`[${rows.join(',')}]`],
    )
  } catch (error) {
    const fault = translateFault(error)
    if (isError(fault) || !isDatabaseError(error)) throw fault
    const lastLine = firstLine + rows.length - 1
    throw corrupt(firstLine, `lines ${firstLine} to ${lastLine}: ${error.message}`, error)
  }
}

async function* lines(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const gunzip = createGunzip()
  // A fault on the way destroys the target with it, and the loop below rejects.
  pipeline(Readable.from(source), gunzip, () => {})
  const decoder = new TextDecoder('utf-8', { fatal: true })
  // Pieces of the line that has not ended yet: a line of many megabytes is put together once.
  let pieces: string[] = []
  let count = 0
  try {
    for await (const chunk of gunzip) {
      const [head = '', ...others] = decoder.decode(chunk as Uint8Array, { stream: true }).split('\n')
      pieces.push(head)
      for (const other of others) {
        count++
        yield pieces.join('')
        pieces = [other]
      }
    }
    if (pieces.join('') + decoder.decode() !== '') throw corrupt(count + 1, 'the last line is cut off')
  } catch (error) {
    if (isError(error)) throw error
    throw corrupt(count + 1, 'it cannot be decompressed or is cut off', error)
  }
}

function parse(line: string, lineNumber: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (isObject(value)) return value
  } catch {
    // Told below.
  }
  throw corrupt(lineNumber, 'not a JSON object')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function corrupt(line: number, detail: string, cause?: unknown): GleanerError {
  return new GleanerError('store-corrupt-export', { line, detail }, { cause })
}
