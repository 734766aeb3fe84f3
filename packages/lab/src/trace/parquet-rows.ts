// The rows of a Parquet file, a bounded number at a time, with the columns that are asked for (those it lacks are
// undefined). 64-bit integers come as numbers; dates as milliseconds.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { GleanerError } from '@gleaner/model/errors'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetRead } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const rowsAtOnce = 1 << 17

export type Cell = number | string | undefined

export interface ParquetTable {
  readonly columns: readonly string[]
  readonly rowCount: number
  rows(columns: readonly string[], limit?: number): AsyncGenerator<{ rows: Cell[][]; firstRow: number }>
  close(): void
}

export async function openParquet(file: string, onBytes: (count: number) => void): Promise<ParquetTable> {
  const handle = openSync(file, 'r')
  const byteLength = statSync(file).size
  const source: AsyncBuffer = {
    byteLength,
    slice(start, end) {
      const length = Math.max(0, (end ?? byteLength) - start)
      const buffer = Buffer.alloc(length)
      const got = readSync(handle, buffer, 0, length, start)
      onBytes(got)
      return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + got)
    },
  }
  let metadata: FileMetaData
  try {
    metadata = await parquetMetadataAsync(source)
  } catch (error) {
    closeSync(handle)
    throw unreadable(file, { error, position: 'foot of the file' })
  }
  const columns = metadata.schema.slice(1).map(({ name }) => name)
  const rowCount = Number(metadata.num_rows)
  return {
    columns,
    rowCount,
    async *rows(wanted, limit = rowCount) {
      const present = wanted.filter((name) => columns.includes(name))
      const order = wanted.map((name) => present.indexOf(name))
      for (let firstRow = 0; firstRow < Math.min(limit, rowCount); firstRow += rowsAtOnce) {
        const rowEnd = Math.min(limit, rowCount, firstRow + rowsAtOnce)
        let found: unknown[][] = []
        try {
          await parquetRead({
            file: source,
            metadata,
            compressors,
            columns: present,
            rowStart: firstRow,
            rowEnd,
            onComplete: (rows: unknown[][]) => (found = rows),
          })
        } catch (error) {
          throw unreadable(file, { error, position: `rows ${firstRow} to ${rowEnd}` })
        }
        yield { rows: found.map((row) => order.map((at) => (at < 0 ? undefined : cellOf(row[at])))), firstRow }
      }
    },
    close: () => closeSync(handle),
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.getTime()
  return undefined
}

function unreadable(file: string, { error, position }: { error: unknown; position: string }): GleanerError {
  const detail = error instanceof Error ? error.message : String(error)
  return new GleanerError('trace-unreadable', { file, detail, position }, { cause: error })
}
