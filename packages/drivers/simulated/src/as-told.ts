// What readers of the simulated cloud are told: the world, but for hosts that cannot be read and states that are lied about.
import type { Instance, InstanceState, Inventory, InventoryGap, Project } from '@gleaner/model'
import type { CloudCall, FaultBoard } from './faults.ts'
import { unit } from './random.ts'
import type { World } from './world.ts'

export class AsTold {
  readonly #faults: FaultBoard
  readonly #world: () => World
  #inventory: { readonly world: World; readonly revision: number; readonly inventory: Inventory } | undefined

  constructor(faults: FaultBoard, world: () => World) {
    this.#faults = faults
    this.#world = world
  }

  inventory(): Inventory {
    return this.#lied(this.#whole(), this.hidden('observe'))
  }

  /** Hosts that cannot be read in this call. */
  hidden(call: CloudCall): ReadonlySet<number> {
    const struck = this.#faults.strike('partial', { call })
    if (struck === undefined) return new Set()
    const { hosts: names, hostShare } = struck.fault
    const hidden = this.#world().machines.filter(
      (machine) =>
        names?.includes(machine.view.name) || (hostShare !== undefined && unit(struck.draw, machine.index) < hostShare),
    )
    // A share that hits no host of a small cloud still means that something is missing.
    const [first] = this.#world().machines
    if (hidden.length === 0 && names === undefined && first !== undefined) hidden.push(first)
    return new Set(hidden.map((machine) => machine.index))
  }

  instance(instance: Instance, call: CloudCall): Instance {
    const told = this.#faults.strike('lie', { call, instanceId: instance.id })
    const state: InstanceState | undefined = told?.fault.state
    return state === undefined ? instance : { ...instance, state }
  }

  /** The same object until something in the world changes. */
  #whole(): Inventory {
    const world = this.#world()
    if (this.#inventory?.world !== world || this.#inventory.revision !== world.revision) {
      const projects: readonly Project[] = world.projects.map(({ id, cloudId, name }) => ({ id, cloudId, name }))
      const instances = world.guests.map((guest) => guest.view(world.hostIds))
      const hosts = world.machines.map((machine) => machine.view)
      this.#inventory = { world, revision: world.revision, inventory: { hosts, instances, projects, gaps: [] } }
    }
    return this.#inventory.inventory
  }

  #lied(whole: Inventory, hidden: ReadonlySet<number>): Inventory {
    const lies = this.#faults.list().some((fault) => fault.kind === 'lie')
    if (hidden.size === 0 && !lies) return whole
    const hiddenIds = new Set<string | undefined>([...hidden].map((index) => this.#world().hostIds[index]))
    const gaps: InventoryGap[] = whole.hosts
      .filter((host) => hiddenIds.has(host.id))
      .map((host) => ({ scope: `host ${host.name}`, reason: 'it does not answer (simulated)' }))
    return {
      projects: whole.projects,
      hosts: whole.hosts.filter((host) => !hiddenIds.has(host.id)),
      instances: whole.instances
        .filter((instance) => !hiddenIds.has(instance.hostId ?? ''))
        .map((instance) => this.instance(instance, 'observe')),
      gaps,
    }
  }
}
