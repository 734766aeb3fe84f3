// What the tests of desktops add to the scene: the desktop of its cloud, and a guest on it.
import { type HostId, type InstanceId, projectId } from '@gleaner/model'
import { cloud, never, reading } from './scene.ts'

export const desk = () => reading()?.hosts.find(({ kind }) => kind === 'desktop')

/** Asks for a small preemptible guest on a host. */
export const guestOn = (hostId: HostId | undefined, name: string): Promise<InstanceId> =>
  cloud.creation.create(
    {
      name,
      projectId: reading()?.projects[0]?.id ?? projectId(cloud.id, 'none'),
      hostId,
      flavor: undefined,
      vcpus: 1,
      memoryMiB: 512,
      diskGiB: 1,
      firmness: 'preemptible',
      tags: [],
      idempotencyKey: name,
    },
    never,
  )
