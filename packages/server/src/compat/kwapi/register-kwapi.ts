// The probe API of Kwapi (v1), for what reads it: probes with their watts, kWh and the time of the last figure. A probe is an
// outlet, called "<meter>.<outlet>" as Kwapi calls it. A Gleaner API token comes in X-Auth-Token; as Kwapi's own API it is for
// those from whom nothing is hidden. Beyond Kwapi: kWh count what was believed since the start of this process and leave gaps
// out, an outlet whose figure is not believed has no watts, and a probe that is not there answers 404.
import type { OutletState } from '@gleaner/engine'
import { GleanerError, joulesPerKWh } from '@gleaner/model'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ApiContext } from '../../api/handler.ts'
import { admit } from '../../api/register-endpoint.ts'

export const kwapiPath = '/kwapi'

/** Kwapi's fields: seconds since the epoch, kWh, W. */
interface Probe {
  readonly timestamp: number
  readonly kwh: number
  readonly w: number | null
}

const fields = ['timestamp', 'kwh', 'w'] as const

export function registerKwapi(api: FastifyInstance, context: ApiContext): void {
  const { app } = context
  const probes = (): ReadonlyMap<string, Probe> =>
    new Map(
      app.energy
        .outlets()
        .filter(({ atMs }) => !Number.isNaN(atMs))
        .map((outlet) => [probeName(outlet), probeOf(outlet)]),
    )
  const routes: Readonly<Record<string, (request: FastifyRequest) => unknown>> = {
    '/': () => 'Gleaner answers as Kwapi does, version 1.',
    '/probe-ids/': () => ({ probe_ids: [...probes().keys()] }),
    '/probes/': () => ({ probes: Object.fromEntries(probes()) }),
    '/probes/:probe/': (request) => {
      const { probe } = request.params as { readonly probe: string }
      return { [probe]: found(probes(), probe) }
    },
    '/probes/:probe/:field/': (request) => {
      const { probe, field } = request.params as { readonly probe: string; readonly field: string }
      const name = fields.find((each) => each === field)
      if (name === undefined) throw new GleanerError('not-found', { object: `The field "${field.slice(0, 100)}"` })
      return { [probe]: { [name]: found(probes(), probe)[name] } }
    },
  }
  for (const [path, answer] of Object.entries(routes)) {
    const handler = async (request: FastifyRequest) => {
      await admitReader(request, context)
      return answer(request)
    }
    const url = `${kwapiPath}/v1${path}`
    for (const each of [url, url.slice(0, -1)]) api.get(each, { schema: { hide: true }, handler })
  }
}

function probeName({ plan }: OutletState): string {
  return plan.outlet.replace(':', '.')
}

function probeOf({ atMs, energyJ, powerW, unknown }: OutletState): Probe {
  const isKnown = unknown === undefined && !Number.isNaN(powerW)
  return { timestamp: atMs / 1000, kwh: energyJ / joulesPerKWh, w: isKnown ? powerW : null }
}

function found(probes: ReadonlyMap<string, Probe>, name: string): Probe {
  const probe = probes.get(name)
  if (probe === undefined) throw new GleanerError('not-found', { object: `The probe "${name.slice(0, 100)}"` })
  return probe
}

async function admitReader(request: FastifyRequest, context: ApiContext): Promise<void> {
  const { caller } = await admit(request, { role: 'viewer' }, context)
  if (caller === undefined) throw new GleanerError('unauthenticated')
  if (!context.sightOf(caller).all) throw new GleanerError('forbidden', { role: caller.role, needed: 'viewer' })
}
