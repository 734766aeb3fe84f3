// A small writer of Parquet: required columns of doubles, 64-bit integers or texts, plain encoding, no compression, one
// data page a column and row group. Enough for generated traces; readers of any kind take it.
// Source of the layout: the Parquet format's thrift definitions (compact protocol).
import { closeSync, openSync, writeSync } from 'node:fs'

export interface ParquetColumn {
  readonly name: string
  readonly type: 'double' | 'int64' | 'text' | 'time-ms'
}

export type ParquetRow = readonly (number | string)[]

const physical = { double: 5, int64: 2, 'time-ms': 2, text: 6 } as const
const magic = Buffer.from('PAR1')
const rowsPerGroup = 1 << 16

export function writeParquet(file: string, columns: readonly ParquetColumn[], rows: Iterable<ParquetRow>): void {
  const handle = openSync(file, 'w')
  try {
    let offset = writeSync(handle, magic)
    const groups: Buffer[] = []
    let count = 0
    const flush = (group: readonly ParquetRow[]): void => {
      const chunks: Buffer[] = []
      let groupBytes = 0
      for (const [at, column] of columns.entries()) {
        const body = plainValues(column, group, at)
        const header = pageHeader(body.length, group.length)
        chunks.push(columnChunk(column, { offset, bytes: header.length + body.length, values: group.length }))
        writeSync(handle, header)
        writeSync(handle, body)
        offset += header.length + body.length
        groupBytes += header.length + body.length
      }
      groups.push(struct([1, list(12, chunks)], [2, int(groupBytes, 6)], [3, int(group.length, 6)]))
      count += group.length
    }
    let group: ParquetRow[] = []
    for (const row of rows) {
      group.push(row)
      if (group.length < rowsPerGroup) continue
      flush(group)
      group = []
    }
    if (group.length > 0) flush(group)
    const foot = struct([1, int(1, 5)], [2, list(12, schemaOf(columns))], [3, int(count, 6)], [4, list(12, groups)])
    const length = Buffer.alloc(4)
    length.writeUInt32LE(foot.length)
    writeSync(handle, Buffer.concat([foot, length, magic]))
  } finally {
    closeSync(handle)
  }
}

function plainValues(column: ParquetColumn, rows: readonly ParquetRow[], at: number): Buffer {
  if (column.type === 'text') {
    return Buffer.concat(
      rows.map((row) => {
        const text = Buffer.from(String(row[at]))
        const length = Buffer.alloc(4)
        length.writeUInt32LE(text.length)
        return Buffer.concat([length, text])
      }),
    )
  }
  const body = Buffer.alloc(rows.length * 8)
  for (const [i, row] of rows.entries()) {
    const value = Number(row[at])
    if (column.type === 'double') body.writeDoubleLE(value, i * 8)
    else body.writeBigInt64LE(BigInt(Math.round(value)), i * 8)
  }
  return body
}

function schemaOf(columns: readonly ParquetColumn[]): Buffer[] {
  const root = struct([4, text('trace')], [5, int(columns.length, 5)])
  const leaves = columns.map(({ name, type }) => {
    const fields: Field[] = [
      [1, int(physical[type], 5)],
      [3, int(0, 5)],
      [4, text(name)],
    ]
    if (type === 'text') fields.push([6, int(0, 5)])
    if (type === 'time-ms') fields.push([6, int(9, 5)])
    return struct(...fields)
  })
  return [root, ...leaves]
}

function pageHeader(bytes: number, values: number): Buffer {
  const data = struct([1, int(values, 5)], [2, int(0, 5)], [3, int(3, 5)], [4, int(3, 5)])
  return struct([1, int(0, 5)], [2, int(bytes, 5)], [3, int(bytes, 5)], [5, { type: 12, body: data }])
}

function columnChunk(column: ParquetColumn, page: { offset: number; bytes: number; values: number }): Buffer {
  const data = struct(
    [1, int(physical[column.type], 5)],
    [2, list(5, [zigzag(0), zigzag(3)])],
    [3, list(8, [text(column.name).body])],
    [4, int(0, 5)],
    [5, int(page.values, 6)],
    [6, int(page.bytes, 6)],
    [7, int(page.bytes, 6)],
    [9, int(page.offset, 6)],
  )
  return struct([2, int(page.offset, 6)], [3, { type: 12, body: data }])
}

/** A value of thrift's compact protocol with its type. */
interface Thrift {
  readonly type: number
  readonly body: Buffer
}
type Field = readonly [number, Thrift]

function struct(...fields: readonly Field[]): Buffer {
  const parts: Buffer[] = []
  let before = 0
  for (const [id, { type, body }] of fields) {
    parts.push(Buffer.of(((id - before) << 4) | type), body)
    before = id
  }
  return Buffer.concat([...parts, Buffer.of(0)])
}

function int(value: number, type: 5 | 6): Thrift {
  return { type, body: zigzag(value) }
}

function text(value: string): Thrift {
  const bytes = Buffer.from(value)
  return { type: 8, body: Buffer.concat([varint(BigInt(bytes.length)), bytes]) }
}

function list(type: number, items: readonly Buffer[]): Thrift {
  const head =
    items.length < 15
      ? Buffer.of((items.length << 4) | type)
      : Buffer.concat([Buffer.of(0xf0 | type), varint(BigInt(items.length))])
  return { type: 9, body: Buffer.concat([head, ...items]) }
}

function zigzag(value: number): Buffer {
  return varint(BigInt(value) * 2n)
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
