// Gives any directory a name short enough for unix sockets. The kernel limits the text of a socket's address (107 bytes
// on Linux, 103 on macOS), not what it stands for, so a long directory is reached through a symbolic link in a private
// directory (mode 0700) below the system's temporary one. The caller removes the link when the sockets are gone.
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The smaller of the two systems' limits, for the whole path of a socket. */
export const maxSocketPathBytes = 103

export interface ShortPath {
  readonly path: string
  remove(): Promise<void>
}

/** `longestNameBytes`: of the socket names that will be used in the directory. */
export async function shortenPath(directory: string, longestNameBytes: number): Promise<ShortPath> {
  if (Buffer.byteLength(directory) + 1 + longestNameBytes <= maxSocketPathBytes)
    return { path: directory, remove: async () => {} }
  const holder = await mkdtemp(join(tmpdir(), 'gleaner-'))
  const link = join(holder, 's')
  await symlink(directory, link)
  return { path: link, remove: () => rm(holder, { recursive: true, force: true }) }
}
