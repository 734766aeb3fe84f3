// Asserts what must hold for every inventory any driver gives: ids are the cloud's own and unique, figures are finite and
// have a sign, and in a complete inventory every reference leads somewhere. Throws an AssertionError that names the object.
import assert from 'node:assert/strict'
import { type CloudId, type Instance, type Inventory, hostStates, instanceStates } from '@gleaner/model'

export function checkInventory(inventory: Inventory, cloud: CloudId, nowMs: number): void {
  checkIds(
    [...inventory.hosts, ...inventory.instances, ...inventory.projects].map((object) => object.id),
    cloud,
  )
  for (const host of inventory.hosts) {
    const what = `host ${host.name}`
    assert.equal(host.cloudId, cloud, what)
    assert.ok(hostStates.includes(host.state), `${what}: state ${host.state}`)
    for (const key of ['cores', 'memoryMiB', 'diskGiB', 'reservedCores', 'reservedMemoryMiB'] as const)
      assert.ok(Number.isFinite(host[key]) && host[key] >= 0, `${what}: ${key} = ${host[key]}`)
    if (host.state === 'up') assert.ok(host.cores > 0 && host.memoryMiB > 0, `${what} is up and has no size`)
    assert.ok(host.reservedMemoryMiB <= host.memoryMiB, `${what} reserves more memory than it has`)
    for (const key of ['coreRatio', 'memoryRatio', 'idlePowerW', 'fullPowerW'] as const) {
      const value = host[key]
      assert.ok(value === undefined || (Number.isFinite(value) && value >= 0), `${what}: ${key} = ${value}`)
    }
  }
  const complete = inventory.gaps.length === 0
  const hosts = new Set<string>(inventory.hosts.map((host) => host.id))
  const projects = new Set<string>(inventory.projects.map((project) => project.id))
  for (const instance of inventory.instances) {
    checkInstance(instance, cloud, nowMs)
    if (!complete) continue
    assert.ok(
      projects.has(instance.projectId),
      `instance ${instance.name}: project ${instance.projectId} is not listed`,
    )
    if (instance.hostId !== undefined)
      assert.ok(hosts.has(instance.hostId), `instance ${instance.name}: host ${instance.hostId} is not listed`)
  }
  for (const gap of inventory.gaps) assert.ok(gap.scope !== '' && gap.reason !== '', 'a gap says what and why')
}

function checkInstance(instance: Instance, cloud: CloudId, nowMs: number): void {
  const what = `instance ${instance.name}`
  assert.equal(instance.cloudId, cloud, what)
  assert.ok(instanceStates.includes(instance.state), `${what}: state ${instance.state}`)
  assert.ok(instance.firmness === 'firm' || instance.firmness === 'preemptible', `${what}: ${instance.firmness}`)
  assert.ok(Number.isFinite(instance.vcpus) && instance.vcpus > 0, `${what}: vcpus = ${instance.vcpus}`)
  assert.ok(Number.isFinite(instance.memoryMiB) && instance.memoryMiB > 0, `${what}: memoryMiB = ${instance.memoryMiB}`)
  assert.ok(Number.isFinite(instance.diskGiB) && instance.diskGiB >= 0, `${what}: diskGiB = ${instance.diskGiB}`)
  // Clocks of two machines may differ a little.
  const latestMs = nowMs + 5000
  for (const key of ['stateSinceMs', 'createdAtMs'] as const) {
    const atMs = instance[key]
    assert.ok(atMs === undefined || (atMs > 0 && atMs <= latestMs), `${what}: ${key} = ${atMs}, now ${nowMs}`)
  }
  if (instance.state === 'running') assert.ok(instance.hostId !== undefined, `${what} runs and is on no host`)
  if (instance.state === 'shelved') assert.equal(instance.hostId, undefined, `${what} is shelved and still on a host`)
  assert.ok(instance.protectedBy !== '', `${what} is protected by nobody`)
}

function checkIds(ids: readonly string[], cloud: CloudId): void {
  for (const id of ids)
    assert.ok(id.startsWith(`${cloud}:`) && id.length > cloud.length + 1, `id ${id} is not of cloud ${cloud}`)
  assert.equal(new Set(ids).size, ids.length, 'an id occurs twice')
}
