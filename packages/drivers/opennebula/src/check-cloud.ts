// What `gleaner config check` tells about an OpenNebula: can it be reached, as whom, what can that user see, how far apart
// are the clocks. Changes nothing.
import { describeError, isError } from '@gleaner/model'
import type { CheckItem } from '@gleaner/ports'
import { type RpcArgument, textOf, XmlCursor } from '@gleaner/wire-xmlrpc'
import { toCloudError } from './cloud-error.ts'
import { maxBytes, type OneClient } from './one-client.ts'
import { documentIn } from './parse/one-answer.ts'
import { text as harmless } from './parse/harmless-text.ts'

export interface CheckContext {
  readonly cloud: string
  readonly client: OneClient
  readonly signal: AbortSignal
}

const oldest = { major: 5, minor: 12 }
const newestTried = 7
const clocksApartMs = 30_000

export async function checkCloud(context: CheckContext): Promise<readonly CheckItem[]> {
  const { client } = context
  const version = await item('OpenNebula', context, async () =>
    versionItem(await askText(context, 'one.system.version', [])),
  )
  if (!version.ok) return [version]
  const user = await item('user', context, async () => {
    const name = await userName(context)
    return { what: 'user', ok: true, detail: name }
  })
  if (!user.ok) return [version, user]
  return [
    version,
    user,
    await item('hosts', context, async () => {
      const { rows } = await client.read('hosts', call(context, 'one.hostpool.info', []), maxBytes.all)
      if (rows.length > 0) return { what: 'hosts', ok: true, detail: `${rows.length} can be seen` }
      return {
        what: 'hosts',
        ok: false,
        detail: 'none can be seen',
        remedy:
          'Put the user into the group oneadmin, or let it see them: oneacl create "#USER_ID HOST/* USE+MANAGE". Without hosts nothing is decided.',
      }
    }),
    await item('instances', context, async () => {
      const page = call(context, 'one.vmpool.info', [-2, 0, -2, -1])
      const { rows } = await client.read('vms', page, maxBytes.page)
      const detail = rows.length === 0 ? 'none can be seen, or there are none' : 'can be seen'
      return { what: 'instances', ok: true, detail }
    }),
    clockItem(client.clockAheadMs),
  ]
}

async function item(what: string, { cloud, signal }: CheckContext, look: () => Promise<CheckItem>): Promise<CheckItem> {
  try {
    return await look()
  } catch (error) {
    const known = toCloudError(error, { cloud, object: what, signal })
    if (!isError(known)) throw known
    return { what, ok: false, detail: describeError(known), remedy: known.remedy }
  }
}

function versionItem(version: string): CheckItem {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const what = 'OpenNebula'
  const [majorNumber, minorNumber] = [Number(major), Number(minor)]
  if (!(majorNumber > oldest.major || (majorNumber === oldest.major && minorNumber >= oldest.minor))) {
    const remedy = `Gleaner knows the calls of ${oldest.major}.${oldest.minor} and later; upgrade OpenNebula.`
    return { what, ok: false, detail: `version ${version}`, remedy }
  }
  return {
    what,
    ok: true,
    detail: `version ${version}${majorNumber > newestTried ? ' (newer than any known here)' : ''}`,
  }
}

function clockItem(aheadMs: number | undefined): CheckItem {
  const what = 'clock'
  if (aheadMs === undefined) return { what, ok: true, detail: 'the server does not tell its time' }
  const apartS = Math.round(Math.abs(aheadMs) / 1000)
  if (Math.abs(aheadMs) < clocksApartMs) return { what, ok: true, detail: `at most ${apartS + 1} s apart` }
  return {
    what,
    ok: false,
    detail: `the server is ${apartS} s ${aheadMs > 0 ? 'ahead' : 'behind'}`,
    remedy: 'Synchronise the clocks of both machines (NTP): the times of states and samples are OpenNebula’s.',
  }
}

async function userName(context: CheckContext): Promise<string> {
  const cursor = new XmlCursor(documentIn(await context.client.ask(call(context, 'one.user.info', [-1, false]))))
  const found = new Map<string, string>()
  cursor.root()
  for (let name = cursor.child(); name !== undefined; name = cursor.child()) {
    if (name === 'NAME' || name === 'GNAME') found.set(name, harmless(cursor.text()))
    else cursor.skip()
  }
  return `${found.get('NAME') ?? 'unknown'} of group ${found.get('GNAME') ?? 'unknown'}`
}

async function askText(context: CheckContext, method: string, args: readonly RpcArgument[]): Promise<string> {
  return harmless(textOf(documentIn(await context.client.ask(call(context, method, args)))))
}

function call({ signal }: CheckContext, method: string, args: readonly RpcArgument[]) {
  return { method, args, signal }
}
