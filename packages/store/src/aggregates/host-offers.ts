// What operators have told of hosts beside what their clouds tell, one document a host, and which properties are private.
import type { HostId, HostOffer } from '@gleaner/model'
import type { HostOffersStore } from '@gleaner/ports'
import type { Database } from '../database/database.ts'
import { toJson } from '../database/to-json.ts'

export function hostOffers(database: Database): HostOffersStore {
  return {
    all: () =>
      database.read(async (queries) => {
        const rows = await queries.selectFrom('host_offer').selectAll().orderBy('host_id').execute()
        const names = await queries.selectFrom('private_property').select('name').orderBy('name').execute()
        return {
          ofHost: new Map(rows.map(({ host_id, document }) => [host_id as HostId, document as HostOffer])),
          privateProperties: new Set(names.map(({ name }) => name)),
        }
      }),
    save: (fence, offer) =>
      database.fenced(fence, async (queries) => {
        const document = toJson(offer)
        await queries
          .insertInto('host_offer')
          .values({ host_id: offer.hostId, document })
          .onConflict((conflict) => conflict.column('host_id').doUpdateSet({ document }))
          .execute()
      }),
    setPrivate: (fence, name, isPrivate) =>
      database.fenced(fence, async (queries) => {
        if (isPrivate)
          await queries
            .insertInto('private_property')
            .values({ name })
            .onConflict((conflict) => conflict.column('name').doNothing())
            .execute()
        else await queries.deleteFrom('private_property').where('name', '=', name).execute()
      }),
  }
}
