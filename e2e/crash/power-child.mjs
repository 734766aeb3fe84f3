// An empty host that can be switched: in mode enforce (`mode` of the settings) it goes to sleep, in observe it is woken. Time runs fast.
import { runChild, settings } from './file-cloud-child.mjs'

const yaml = `
listen: 127.0.0.1:0
modes: { energy: ${settings.mode}, idleness: 'off' }
policy: { snapshotMaxAge: 1h, telemetryMaxAge: 1h, actionTimeout: 10h, budgets: { cloudShare: 1 } }
power:
  keepWarm: { hosts: 0, share: 0 }
  idle: 1m
  leastOn: 1m
  leastOff: 1m
  boot: 1m
  wakeMargin: 1m
  wakeTimeout: 10h
  idlePowerW: 100
log: error
`

await runChild({
  yaml,
  speed: 120,
  cloud: { instances: 0, switchesHost: true },
  mine: {
    cloud: ({ hostControl, powerControl }, deadly) => {
      for (const step of ['close', 'open']) deadly(hostControl, step, step)
      for (const step of ['sleep', 'wake']) deadly(powerControl, step, step)
    },
    store: ({ hostPower }, deadly) => deadly(hostPower, 'save', 'save'),
  },
})
