// Stands in for OpenNebula's front-end and its monitoring daemon: a server that answers like OpenNebula 6.10 (the fake of the
// driver's tests, made of recorded answers), whose instances are QEMU processes. It runs the probe like OpenNebula's agent on
// a host does, takes its output apart like its daemon, and measures the processes. A suspended instance stands still.
//   usage: node front-end.mjs PROBE VM=NAME=PID...      prints the endpoint, then one line for each change
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { FakeOpenNebula } from '@gleaner/driver-opennebula/testing'

const [, , probe, ...guests] = process.argv
const everyMs = 5000
const clock = {
  nowMs: () => Date.now(),
  speed: 1,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

const fake = await FakeOpenNebula.start(clock)
fake.addHost({ id: 0, cores: 4, memoryMiB: 4096 })
const running = guests.map((text) => {
  const [id, name, pid] = text.split('=')
  const vm = fake.addVm({ id: Number(id), name, hostId: 0, vcpus: 1, memoryMiB: 128 })
  return { vm, name, pid: Number(pid), isStanding: false, told: vm.stateName, before: undefined }
})
console.log(`endpoint ${fake.endpoint}`)

for (;;) {
  for (const guest of running) measure(guest)
  for (const [id, attributes] of takeApart(await output())) {
    const vm = fake.vms.get(id)
    for (const [name, value] of attributes) vm?.monitoring.set(name, value)
  }
  await clock.sleep(everyMs)
}

/** What the probe prints; the arguments are those OpenNebula gives. */
function output() {
  return new Promise((resolve, reject) =>
    execFile(probe, ['kvm', '/var/lib/one/datastores', '4124', '20', '0', 'lab'], (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    ),
  )
}

/** src/monitor/src/monitor/MonitorDriverProtocol.cc: attributes of one VM are merged into what is known of it. */
function takeApart(text) {
  return [...text.matchAll(/^VM = \[ ID="(\d+)", MONITOR="([^"]*)" \]$/gm)].map(([, id, encoded]) => [
    Number(id),
    [
      ...Buffer.from(encoded, 'base64')
        .toString()
        .matchAll(/^([A-Z_]+)="([^"\n]*)"$/gm),
    ].map(([, name, value]) => [name, value]),
  ])
}

function measure(guest) {
  const { vm, pid, name } = guest
  vm.advance(Math.floor(Date.now() / 1000))
  const shouldStand = !vm.isRunning
  if (shouldStand !== guest.isStanding) {
    process.kill(pid, shouldStand ? 'SIGSTOP' : 'SIGCONT')
    guest.isStanding = shouldStand
  }
  // Every state that is met, for a look may find it still on its way (SAVE_SUSPEND) or there already (SUSPENDED).
  if (vm.stateName !== guest.told) {
    guest.told = vm.stateName
    console.log(`${name}: ${vm.stateName}`)
  }
  // Ticks of a hundredth of a second, in user and kernel mode.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ')
  const now = { ticks: Number(fields[11]) + Number(fields[12]), atMs: performance.now() }
  if (guest.before !== undefined) {
    vm.cpu = Number((((now.ticks - guest.before.ticks) * 1000) / (now.atMs - guest.before.atMs)).toFixed(2))
  }
  guest.before = now
}
