// Stands in for OpenNebula's front-end over machines that run only while their BMC gives them power: a server that answers like
// OpenNebula 6.10 (the fake of the driver's tests, made of recorded answers). A machine answers the monitoring a few seconds
// after its FOLDER/NAME/power became on; one with a file FOLDER/NAME/dead never does, whatever its BMC says. As OpenNebula's
// monitoring has it, a host that does not answer becomes ERROR, also one that was disabled, and MONITORED when it answers again. An
// instance is started on a host when a file FOLDER/NAME/instance appears.
//   usage: node front-end.mjs FOLDER NUMBER-OF-HOSTS      prints the endpoint; hosts are node00, node01, …
import { existsSync, readFileSync } from 'node:fs'
import { FakeOpenNebula } from '@gleaner/driver-opennebula/testing'

const [, , folder, count] = process.argv
const bootMs = 3000
const [monitored, error, disabled, offline] = [2, 3, 4, 8]
const clock = {
  nowMs: () => Date.now(),
  speed: 1,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

const fake = await FakeOpenNebula.start(clock)
const machines = Array.from({ length: Number(count) }, (_, id) => ({
  id,
  own: (name) => `${folder}/node0${id}/${name}`,
  host: fake.addHost({ id, cores: 8, memoryMiB: 16_384 }),
  onSinceMs: 0,
}))
console.log(`endpoint ${fake.endpoint}`)

for (;;) {
  for (const machine of machines) monitor(machine)
  await clock.sleep(500)
}

function monitor(machine) {
  const { id, own, host } = machine
  if (existsSync(own('instance')) && !fake.vms.has(id))
    fake.addVm({ id, name: `web-${id}`, hostId: id, vcpus: 1, memoryMiB: 1024 })
  const hasPower = !existsSync(own('power')) || readFileSync(own('power'), 'latin1').trim() === 'on'
  if (!hasPower) machine.onSinceMs = Number.POSITIVE_INFINITY
  else if (!Number.isFinite(machine.onSinceMs)) machine.onSinceMs = Date.now()
  const answers = hasPower && Date.now() - machine.onSinceMs >= bootMs && !existsSync(own('dead'))
  const before = host.state
  if (host.state === offline) return
  if (!answers) host.state = error
  else if (host.state !== disabled) host.state = monitored
  if (host.state !== before) console.log(`node0${id}: ${answers ? 'answers' : 'does not answer'}`)
}
