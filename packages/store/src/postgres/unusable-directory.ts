// Turns a fault of the file system in the state directory into the error of the registry, in words instead of codes.
import { GleanerError } from '@gleaner/model'

const words: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'not permitted by the file system',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'it is not a directory',
  ENOTDIR: 'it is not a directory',
  EOPNOTSUPP: 'the file system has no sockets',
  ENOTSUP: 'the file system has no sockets',
}

export function unusableDirectory(directory: string, cause: NodeJS.ErrnoException): GleanerError {
  const detail = words[cause.code ?? ''] ?? cause.code ?? cause.message
  return new GleanerError('state-directory-unusable', { directory, detail }, { cause })
}
