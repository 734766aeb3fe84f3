// Telemetry windows as opaque blobs, one per subject. Written in bulk: the blobs of one statement travel as a single binary
// parameter with the length of each, because arrays of binary values would be sent as hexadecimal text. The transaction
// does not wait for the disk (synchronous_commit off): a power cut may lose the last seconds, never mix old and new.
import type { Store, TelemetryBlob } from '@gleaner/ports'
import { sql } from 'kysely'
import { copyOut } from '../database/copy-out.ts'
import type { Database, Queries } from '../database/database.ts'
import { inChunks } from './in-chunks.ts'

const bytesPerStatement = 4 * 1024 * 1024
const rowsPerStatement = 5000
export function telemetry(database: Database): Store['telemetry'] {
  return {
    save: (blobs) =>
      database.write(async (queries) => {
        await sql`set local synchronous_commit to off`.execute(queries)
        for (const part of parts(blobs)) await save(queries, part)
      }),
    loadAll: (sliceRows) => load(database, sliceRows),
    remove: (subjects) =>
      database.write(async (queries) => {
        await sql`set local synchronous_commit to off`.execute(queries)
        for (const chunk of inChunks(subjects, rowsPerStatement))
          await sql`delete from telemetry_blob where subject = any(${chunk}::text[])`.execute(queries)
      }),
  }
}

/** Parts of bounded size. Of several blobs of one subject the last one counts. */
function* parts(blobs: readonly TelemetryBlob[]): Generator<readonly TelemetryBlob[]> {
  let part: TelemetryBlob[] = []
  let bytes = 0
  for (const blob of new Map(blobs.map((one) => [one.subject, one])).values()) {
    part.push(blob)
    bytes += blob.bytes.byteLength
    if (bytes >= bytesPerStatement || part.length >= rowsPerStatement) {
      yield part
      part = []
      bytes = 0
    }
  }
  if (part.length > 0) yield part
}

async function save(queries: Queries, part: readonly TelemetryBlob[]): Promise<void> {
  const joined = Buffer.concat(part.map(({ bytes }) => bytes))
  const lengths = part.map(({ bytes }) => bytes.byteLength)
  let end = 0
  const starts = lengths.map((length) => (end += length) - length + 1)
  await sql`
    insert into telemetry_blob (subject, bytes)
    select subject, substring(${joined}::bytea from start for length)
    from unnest(${part.map(({ subject }) => subject)}::text[], ${starts}::integer[], ${lengths}::integer[])
      as part (subject, start, length)
    on conflict (subject) do update set bytes = excluded.bytes`.execute(queries)
}

/** One statement, so every slice shows the same moment. In the order of the table: sorting would read it all over the place. */
async function* load(database: Database, sliceRows: number): AsyncGenerator<readonly TelemetryBlob[]> {
  const client = await database.connect('telemetry', 'unlimited')
  try {
    for await (const rows of copyOut(client, 'select subject, bytes from telemetry_blob', { sliceRows }))
      yield rows.map(toBlob)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Neither column can be null. */
function toBlob([subject, bytes]: readonly (Uint8Array | undefined)[]): TelemetryBlob {
  const text = subject as Uint8Array
  return {
    subject: Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8'),
    bytes: bytes as Uint8Array,
  }
}
