// What is read from the recorded documents of a real server.
import { describe, expect, it } from 'vitest'
import { recordedAnswer } from '../testing/recorded.ts'
import { hostColumns, vmColumns } from './monitoring-document.ts'
import { parse } from './parse-task.ts'

const read = <K extends Parameters<typeof parse>[0]>(kind: K, name: string) => parse(kind, recordedAnswer(name))

describe('a recorded VM', () => {
  it('has its size, owner, attributes and place', () => {
    expect(read('vm', 'vm-5-running')).toEqual({
      id: 5,
      name: 'idle-vm-5',
      owner: { id: 0, name: 'oneadmin' },
      group: { id: 0, name: 'oneadmin' },
      state: 3,
      lcmState: 3,
      createdAtS: 1_795_207_088,
      vcpus: 1,
      cpu: 0.5,
      memoryMiB: 384,
      diskMiB: 0,
      templateId: undefined,
      user: { IDLE_POLICY: 'optout' },
      lockedBy: undefined,
      history: { seq: 1, hostId: 1, runningSinceS: 1_795_207_257, runningUntilS: 0 },
    })
  })

  it('that moved is where its newest record says', () => {
    expect(read('vm', 'vm-8-after-migrate').history).toMatchObject({ seq: 1, hostId: 3 })
  })

  it('that is locked says by whom', () => {
    expect(read('vm', 'vm-5-locked').lockedBy).toBe(0)
  })

  it('that was never placed has no place', () => {
    expect(read('vm', 'vm-12-hold').history).toBeUndefined()
  })

  it('that failed tells why', () => {
    expect(read('vm', 'vm-14-boot-failure').user['ERROR']).toBe(
      'Fri Nov 20 20:39:57 2026: DEPLOY: node00:boot-fails:dummy',
    )
  })
})

describe('a recorded pool', () => {
  it('has all instances, in the order of the server', () => {
    const { rows, faults } = read('vms', 'vmpool-extended')
    expect(faults).toEqual([])
    expect(rows.map(({ id }) => id)).toEqual([14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(rows.find(({ id }) => id === 8)).toMatchObject({ owner: { id: 2, name: 'alice' }, group: { name: 'users' } })
  })

  it('tells the same of an instance as the instance alone', () => {
    const { rows } = read('vms', 'vmpool-set')
    expect(rows.find(({ id }) => id === 9)).toEqual(read('vm', 'vm-9-after-failed-suspend'))
  })

  it('may be empty', () => {
    expect(read('vms', 'vmpool-page-past-end')).toEqual({ rows: [], faults: [] })
    expect(read('hosts', 'hostpool-alice')).toEqual({ rows: [], faults: [] })
  })

  it('of hosts has their sizes and states', () => {
    const { rows } = read('hosts', 'hostpool')
    expect(rows.map(({ name, state }) => [name, state])).toEqual([
      ['node03', 2],
      ['node02', 8],
      ['node01', 4],
      ['node00', 2],
    ])
    expect(rows[0]).toMatchObject({
      cluster: 'default',
      totalCpu: 800,
      maxCpu: 800,
      totalMemoryKiB: 16_777_216,
      diskMiB: 20_480,
      attributes: { ARCH: 'x86_64', HYPERVISOR: 'dummy' },
      idle: [],
    })
  })

  it('of hosts has what probes of the older form put there', () => {
    const [host] = read('hosts', 'hostpool-with-idle').rows
    expect(host?.idle).toHaveLength(8)
    expect(host?.idle[5]).toMatchObject({ vmId: 5, users: 1, idleS: 5000 })
  })
})

describe('recorded monitoring', () => {
  it('of instances is a table, with what the guests said', () => {
    const table = read('vm-monitoring', 'vmpool-monitoring-last')
    const row = [...table.ids].indexOf(3)
    const values = table.values.slice(row * table.columns, (row + 1) * table.columns)
    expect(Object.fromEntries(vmColumns.map((name, nth) => [name, values[nth]]))).toEqual({
      atS: 1_795_207_258,
      cpu: 0,
      memoryKiB: 74_711,
      rxBytes: 7353,
      txBytes: 7403,
      readBytes: 996,
      writeBytes: 317,
      agentUsers: Number.NaN,
      idleS: 3000,
      guestUsers: 1,
      mark: 3000,
      secondMark: 1,
    })
  })

  it('of hosts is one too', () => {
    const table = read('host-monitoring', 'hostpool-monitoring-last')
    expect(table.columns).toBe(hostColumns.length)
    const of = (id: number) => {
      const at = Array.from(table.ids).indexOf(id) * table.columns
      return Array.from(table.values.subarray(at, at + table.columns))
    }
    expect(of(0)).toEqual([1_795_207_245, 345, 16_274_765])
  })
})
