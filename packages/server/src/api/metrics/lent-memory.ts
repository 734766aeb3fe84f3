// Memory lent from running guests, by cloud; nothing of clouds whose guests cannot be asked for any.
import type { Application } from '../../application.ts'
import type { Exposition } from './exposition.ts'

const bytesPerMiB = 1_048_576

export function lentMemory(out: Exposition, { clouds, state }: Pick<Application, 'clouds' | 'state'>): void {
  const able = [...clouds.values()].filter(({ guestMemory }) => guestMemory !== undefined)
  const of = (cloud: string) => state.loans.filter(({ entry }) => entry.cloudId === cloud)
  out.gauge(
    'gleaner_guests_lending_memory',
    'Guests that memory is lent from',
    able.map(({ id }) => ({ labels: { cloud: id }, value: of(id).length })),
  )
  out.gauge(
    'gleaner_guest_memory_lent_bytes',
    'What these guests were asked to leave, in bytes',
    able.map(({ id }) => ({
      labels: { cloud: id },
      value: of(id).reduce((sum, { entry }) => sum + entry.gives.physicalMemoryMiB * bytesPerMiB, 0),
    })),
  )
}
