// Decides as whom PostgreSQL runs, since it refuses to run as root. In this order:
//
// - self: Gleaner is not root and its user has a name in /etc/passwd (initdb asks for it).
// - owner: Gleaner is root and the data directory belongs to somebody else already: as that user, so that a state
//   directory made without root keeps its owner.
// - namespace: `unshare --user` maps an unprivileged user of /etc/passwd to the user Gleaner runs as. To the kernel the
//   server still is that user, without any of root's privileges: it reaches root's files below root's own folders
//   (such as /root, mode 700), and every file it makes belongs to root.
// - user: where user namespaces are refused, the system user `postgres`, `nobody` or `daemon`. It may not reach Gleaner's
//   folders; placement.ts finds others.
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { GleanerError } from '@gleaner/model'
import { type Command, runCommand } from './run-command.ts'

export interface PostgresAccount {
  readonly kind: 'self' | 'owner' | 'namespace' | 'user'
  /** How PostgreSQL is run, for the start-up display: "as user alice". */
  readonly description: string
  /** Who must own the files of the server, seen from here; undefined: whoever Gleaner runs as. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  /** The same command, run as this account. */
  wrap(command: Command): Command
}

interface NamedUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const preferredNames = ['postgres', 'nobody', 'daemon']
const probeTimeoutMs = 10_000

export interface AccountSituation {
  /** Owner of the data directory, when there is one already. */
  readonly dataOwner: { readonly uid: number; readonly gid: number } | undefined
  /** Tests set it to take the last way where namespaces would work. */
  readonly allowNamespace: boolean
}

export async function choosePostgresAccount(situation: AccountSituation): Promise<PostgresAccount> {
  const uid = process.getuid?.() ?? -1
  const gid = process.getgid?.() ?? -1
  const own = ownName()
  if (uid !== 0 && own !== undefined)
    return { kind: 'self', description: `as user ${own}`, owner: undefined, wrap: (command) => command }
  const { dataOwner } = situation
  if (uid === 0 && dataOwner !== undefined && dataOwner.uid !== 0)
    return {
      kind: 'owner',
      description: `as the owner of the data, uid ${dataOwner.uid}`,
      owner: dataOwner,
      wrap: (command) => ({ ...command, ...dataOwner }),
    }
  const user = preferredUser(await readFile('/etc/passwd', 'utf8').catch(() => ''))
  if (user !== undefined && situation.allowNamespace) {
    const account = namespaceAccount(user)
    const probe = await runCommand(account.wrap({ file: '/bin/sh', args: ['-c', ':'] }), probeTimeoutMs)
    if (probe.status === 0) return account
  }
  if (uid === 0 && user !== undefined)
    return {
      kind: 'user',
      description: `as system user ${user.name}, because user namespaces are refused`,
      owner: { uid: user.uid, gid: user.gid },
      wrap: (command) => ({ ...command, uid: user.uid, gid: user.gid }),
    }
  throw new GleanerError('store-start-failed', {
    detail: `it cannot run as uid ${uid}, gid ${gid}: no name in /etc/passwd and no user namespaces`,
  })
}

/** The unprivileged user to run as: one made for such purposes, else any that is not root. */
export function preferredUser(passwd: string): NamedUser | undefined {
  const users = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== '' && Number.isInteger(uid) && uid > 0 && Number.isInteger(gid))
  for (const name of preferredNames) {
    const found = users.find((user) => user.name === name)
    if (found !== undefined) return found
  }
  return users[0]
}

function namespaceAccount(user: NamedUser): PostgresAccount {
  const prefix = ['--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--']
  return {
    kind: 'namespace',
    description: `as ${user.name} in a user namespace`,
    owner: undefined,
    wrap: (command) => ({ ...command, file: 'unshare', args: [...prefix, command.file, ...command.args] }),
  }
}

function ownName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
