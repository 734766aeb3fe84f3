// Writes everything the store remembers as gzip-compressed lines of JSON, all of one moment (a repeatable-read transaction):
//
//   {"format":"gleaner-export","version":1,"migration":1,"createdAt":"2025-06-02T08:00:00.000Z"}
//   {"table":"rule","row":{…}}        one line per row, table by table
//   {"end":true,"rows":1234,"sha256":"…"}   number of rows, digest of all lines before
//
// Rows are made into JSON by PostgreSQL itself, which also reads them back: every value returns exactly as it was.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Database } from './database/database.ts'
import { translateFault } from './database/store-fault.ts'
import { exportedTables, exportFormat, exportVersion } from './exported-tables.ts'

const rowsPerFetch = 500

export function exportState(database: Database): AsyncIterable<Uint8Array> {
  const gzip = createGzip()
  const lines = Readable.from(exportLines(database), { objectMode: true, highWaterMark: 4 })
  // The reader of the compressed stream sees a fault of the source; and a reader that leaves ends the source.
  lines.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => lines.destroy())
  return lines.pipe(gzip)
}

async function* exportLines(database: Database): AsyncGenerator<string> {
  const hash = createHash('sha256')
  const digested = (text: string) => {
    hash.update(text)
    return text
  }
  const client = await database.connect('export', 'limited')
  let rowCount = 0
  try {
    await client.query('begin isolation level repeatable read read only')
    const { rows: newest } = await client.query<{ number: number }>('select max(number) as number from migration')
    const header = {
      format: exportFormat,
      version: exportVersion,
      migration: newest[0]?.number ?? 0,
      createdAt: new Date().toISOString(),
    }
    yield digested(`${JSON.stringify(header)}\n`)
    for (const { name, order } of exportedTables) {
      const ordered = order.join(', ')
      await client.query(
        `declare rows no scroll cursor for select row_to_json(t)::text as row from "${name}" t order by ${ordered}`,
      )
      for (;;) {
        const { rows } = await client.query<{ row: string }>(`fetch ${rowsPerFetch} from rows`)
        // All lines of a fetch at once: a stream has its cost per piece.
        const text = rows.map(({ row }) => `{"table":"${name}","row":${oneLine(row)}}\n`).join('')
        if (text !== '') yield digested(text)
        rowCount += rows.length
        if (rows.length < rowsPerFetch) break
      }
      await client.query('close rows')
    }
    yield `${JSON.stringify({ end: true, rows: rowCount, sha256: hash.digest('hex') })}\n`
  } catch (error) {
    throw translateFault(error)
  } finally {
    await client.end().catch(() => {})
  }
}

/** A json column keeps its text; line breaks in it can only be white space between the values. */
function oneLine(json: string): string {
  return json.includes('\n') ? json.replaceAll('\n', ' ') : json
}
