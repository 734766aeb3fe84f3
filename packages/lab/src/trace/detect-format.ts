// Which format a path is in, told by what it holds: a folder with OpenDC's or Azure's pair, a folder of CSV files
// (Bitbrains) or of files of bare numbers (PlanetLab); a JSON document (ScroogeVM); a table by its head line.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, constants } from 'node:zlib'
import { GleanerError } from '@gleaner/model/errors'
import { isAzureFolder } from './azure-reader.ts'
import { firstBytes } from './byte-source.ts'
import { isOpendcFolder } from './opendc-reader.ts'

export const traceFormats = [
  'scroogevm',
  'planetlab',
  'planetlab-table',
  'bitbrains',
  'opendc',
  'azure',
  'table',
] as const
export type TraceFormat = (typeof traceFormats)[number]

export function detectFormat(path: string): TraceFormat {
  let isFolder: boolean
  try {
    isFolder = statSync(path).isDirectory()
  } catch (error) {
    throw new GleanerError(
      'trace-unreadable',
      { file: path, detail: 'there is no such file', position: 'path' },
      { cause: error },
    )
  }
  if (isFolder) return folderFormat(path)
  if (/\.parquet$/i.test(path)) return 'table'
  const head = startOf(path)
  if (head.trim() === '')
    throw new GleanerError('trace-unreadable', { file: path, detail: 'the file is empty', position: 'byte 0' })
  if (/^\s*[{[]/.test(head)) return 'scroogevm'
  const line = head.split(/\r?\n/, 1)[0] as string
  if (/^\uFEFF?"?vm"?,"?0"?(,|$)/.test(line)) return 'planetlab-table'
  if (/^timestamp.*;.*cpu/i.test(line)) return 'bitbrains'
  if (line.includes(',') || line.includes(';')) return 'table'
  throw new GleanerError('trace-format-unknown', { file: path, detail: `its first line is "${line.slice(0, 60)}"` })
}

function folderFormat(folder: string): TraceFormat {
  if (isOpendcFolder(folder)) return 'opendc'
  if (isAzureFolder(folder)) return 'azure'
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile())
  if (names.length === 0)
    throw new GleanerError('trace-format-unknown', { file: folder, detail: 'the folder has no files' })
  if (names.some((name) => /\.csv(\.gz)?$/.test(name))) return 'bitbrains'
  const first = names.sort().find((name) => /^\s*-?\d/.test(startOf(join(folder, name))))
  if (first !== undefined) return 'planetlab'
  throw new GleanerError('trace-format-unknown', {
    file: folder,
    detail: `none of its ${names.length} files begins with a number`,
  })
}

function startOf(file: string): string {
  const bytes = firstBytes(file, 4096)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8')
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8')
  } catch (error) {
    throw new GleanerError(
      'trace-unreadable',
      { file, detail: 'the compressed data are damaged', position: 'byte 0' },
      { cause: error },
    )
  }
}
