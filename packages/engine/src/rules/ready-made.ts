// Rules after published criteria, as data: ready to be copied, tried in preview and changed. Each looks at running
// instances only, has the least age its window needs, and is undecided (never a match) until there are enough samples.
// The sources recommend and these rules act, so those over days also want the last ten minutes to be quiet: nobody is to
// be suspended in the middle of the three per cent in which the instance is used. That also spares the long windows.
// All of them only observe until somebody says otherwise. Where the language or the data cannot say what a source says,
// `deviation` tells the difference.
import type { RuleDefinition } from '@gleaner/model'

export interface ReadyMadeRule {
  readonly definition: RuleDefinition
  /** Who published the criterion. */
  readonly source: string
  readonly deviation: string | undefined
  /** A variant over half an hour, to see it work; too hasty for real use. */
  readonly isShort: boolean
}

const runningFor = (age: string) => `instance.state == "running" && instance.ageS >= duration("${age}")`
const awakeFor = (time: string) =>
  `instance.state == "running" && instance.ageS >= duration("${time}") && sinceResumed() >= duration("${time}")`

const google = 'Google Cloud, idle VM recommender: viewing and applying idle VM recommendations'
const azure = 'Microsoft Azure Advisor, cost recommendations: shut down underutilised virtual machines'
const trustedAdvisor = 'AWS Trusted Advisor, low utilization Amazon EC2 instances'
const computeOptimizer = 'AWS Compute Optimizer, idle recommendations: Amazon EC2 instances'
const bmc = 'BMC Helix Continuous Optimization, idle virtual machines'
const cloudaware = 'Cloudaware, AWS EC2 instance idle policy'
const guests = 'FermiCloud, idle virtual machine management by guest reports'
const offHours = 'Common practice (AWS Instance Scheduler, Cloud Custodian off-hours)'

export const readyMadeRules: readonly ReadyMadeRule[] = [
  {
    source: google,
    deviation: 'Instances with GPUs or local SSDs are not told apart here: narrow the coverage where that matters.',
    isShort: false,
    definition: rule('google-idle', {
      description: 'CPU below 0.03 cores for 97 %, less than 2000 B/s received and 1000 B/s sent for 95 % of 14 days.',
      action: 'suspend',
      grace: '1d',
      conditions: [
        runningFor('14d'),
        'average(cpu, "10m") < 0.03',
        'enoughData(cpu, 0.9, "14d")',
        'shareBelow(cpu, 0.03, "14d") >= 0.97',
        'shareBelow(networkRx, 2000, "14d") >= 0.95',
        'shareBelow(networkTx, 1000, "14d") >= 0.95',
      ],
    }),
  },
  {
    source: google,
    deviation: 'The same thresholds over 30 minutes instead of 14 days.',
    isShort: true,
    definition: rule('google-idle-short', {
      description: 'The thresholds of google-idle over half an hour, to see suspending and resuming at work.',
      action: 'suspend',
      grace: '2m',
      conditions: [
        awakeFor('30m'),
        'enoughData(cpu, 0.8, "30m")',
        'shareBelow(cpu, 0.03, "30m") >= 0.97',
        'shareBelow(networkRx, 2000, "30m") >= 0.95',
        'shareBelow(networkTx, 1000, "30m") >= 0.95',
      ],
    }),
  },
  {
    source: azure,
    deviation:
      'Two per cent of outbound network is taken of a link of 1 Gbit/s: 2 500 000 B/s. CPU is measured over all cores.',
    isShort: false,
    definition: rule('azure-shutdown', {
      description:
        'CPU below 3 % for 95 % of 7 days, never above 2 % on average over 3 days, hardly any outbound network.',
      action: 'stop',
      grace: '1d',
      conditions: [
        runningFor('7d'),
        'average(cpuFraction, "10m") < 0.03',
        'enoughData(cpu, 0.9, "7d")',
        'percentile(cpuFraction, 95, "7d") < 0.03',
        'average(cpuFraction, "3d") <= 0.02',
        'percentile(networkTx, 95, "7d") < 2500000',
      ],
    }),
  },
  {
    source: azure,
    deviation: 'The same thresholds over 30 minutes instead of 7 days.',
    isShort: true,
    definition: rule('azure-shutdown-short', {
      description: 'The thresholds of azure-shutdown over half an hour.',
      action: 'stop',
      grace: '2m',
      conditions: [
        awakeFor('30m'),
        'enoughData(cpu, 0.8, "30m")',
        'percentile(cpuFraction, 95, "30m") < 0.03',
        'average(cpuFraction, "15m") <= 0.02',
        'percentile(networkTx, 95, "30m") < 2500000',
      ],
    }),
  },
  {
    source: trustedAdvisor,
    deviation:
      'The source asks for any 4 of the last 14 days; here it is the last 4 days on average. 5 MB a day are 58 B/s, both directions together.',
    isShort: false,
    definition: rule('aws-low-use', {
      description: 'CPU at 10 % or less and no more than 5 MB of network a day, over the last 4 days.',
      action: 'notify',
      grace: '0s',
      conditions: [
        runningFor('4d'),
        'enoughData(cpu, 0.9, "4d")',
        'average(cpuFraction, "4d") <= 0.1',
        'average(networkRx, "4d") + average(networkTx, "4d") <= 58',
      ],
    }),
  },
  {
    source: computeOptimizer,
    deviation:
      'The figures (peak CPU below 5 %, less than 5 MB of network a day) are commonly quoted and were not checked at the source.',
    isShort: false,
    definition: rule('aws-idle', {
      description: 'Peak CPU below 5 % and less than 5 MB of network a day over 14 days.',
      action: 'stop',
      grace: '1d',
      conditions: [
        runningFor('14d'),
        'average(cpuFraction, "10m") < 0.05',
        'enoughData(cpu, 0.9, "14d")',
        'maximum(cpuFraction, "14d") < 0.05',
        'average(networkRx, "14d") + average(networkTx, "14d") < 58',
      ],
    }),
  },
  {
    source: bmc,
    deviation: 'Network is received and sent, each below the bound.',
    isShort: false,
    definition: rule('bmc-idle', {
      description: 'CPU below 5 %, disk below 100 kB/s, network below 200 kB/s for 95 % of 7 days.',
      action: 'suspend',
      grace: '1d',
      conditions: [
        runningFor('7d'),
        'average(cpuFraction, "10m") < 0.05',
        'enoughData(cpu, 0.9, "7d")',
        'shareBelow(cpuFraction, 0.05, "7d") >= 0.95',
        'shareBelow(disk, 100000, "7d") >= 0.95',
        'shareBelow(networkRx, 200000, "7d") >= 0.95',
        'shareBelow(networkTx, 200000, "7d") >= 0.95',
      ],
    }),
  },
  {
    source: bmc,
    deviation: 'The same thresholds over 30 minutes instead of 7 days.',
    isShort: true,
    definition: rule('bmc-idle-short', {
      description: 'The thresholds of bmc-idle over half an hour.',
      action: 'suspend',
      grace: '2m',
      conditions: [
        awakeFor('30m'),
        'enoughData(cpu, 0.8, "30m")',
        'shareBelow(cpuFraction, 0.05, "30m") >= 0.95',
        'shareBelow(disk, 100000, "30m") >= 0.95',
        'shareBelow(networkRx, 200000, "30m") >= 0.95',
        'shareBelow(networkTx, 200000, "30m") >= 0.95',
      ],
    }),
  },
  {
    source: cloudaware,
    deviation: '100 MB in 14 days are 83 B/s, for each direction.',
    isShort: false,
    definition: rule('cloudaware-idle', {
      description: 'CPU below 5 % on average and never above 15 %, less than 100 MB of network each way in 14 days.',
      action: 'notify',
      grace: '0s',
      conditions: [
        runningFor('14d'),
        'enoughData(cpu, 0.9, "14d")',
        'average(cpuFraction, "14d") < 0.05',
        'maximum(cpuFraction, "14d") < 0.15',
        'average(networkRx, "14d") < 83',
        'average(networkTx, "14d") < 83',
      ],
    }),
  },
  {
    source: guests,
    deviation: 'Where the guest reports nothing, quiet CPU as seen from outside stands in for it.',
    isShort: false,
    definition: rule('guest-idle', {
      description: 'Idle for two hours as the guest itself reports, and nobody is logged in.',
      action: 'suspend',
      grace: '10m',
      conditions: [awakeFor('2h'), 'idleFor() >= duration("2h")', 'valueOr(users, 0) == 0'],
    }),
  },
  {
    source: guests,
    deviation: 'Ten minutes instead of hours.',
    isShort: true,
    definition: rule('guest-idle-short', {
      description: 'Idle for ten minutes as the guest itself reports, and nobody is logged in.',
      action: 'suspend',
      grace: '1m',
      conditions: [awakeFor('10m'), 'idleFor() >= duration("10m")', 'valueOr(users, 0) == 0'],
    }),
  },
  {
    source: offHours,
    deviation: undefined,
    isShort: false,
    definition: {
      ...rule('night-stop', {
        description:
          'Stops what is tagged office-hours from 20:00 to 07:00. Who starts it by hand at night is left alone for a while.',
        action: 'stop',
        grace: '15m',
        conditions: ['instance.state == "running"', 'sinceResumed() >= duration("1h")'],
      }),
      covers: { tags: ['office-hours'] },
      schedule: { cron: '0 20 * * *', duration: '11h', timeZone: 'Europe/Paris' },
    },
  },
  {
    source: offHours,
    deviation: undefined,
    isShort: false,
    definition: {
      ...rule('morning-start', {
        description: 'Starts in working hours what Gleaner itself has stopped; what a person stopped stays stopped.',
        action: 'start',
        grace: '0s',
        conditions: ['instance.state == "stopped"', 'reclaimed'],
      }),
      covers: { tags: ['office-hours'] },
      schedule: { cron: '0 7 * * 1-5', duration: '13h', timeZone: 'Europe/Paris' },
    },
  },
  {
    source: offHours,
    deviation: undefined,
    isShort: false,
    definition: {
      ...rule('weekend-stop', {
        description:
          'Stops what is tagged office-hours at night and over the weekend, by the calendar in the expression.',
        action: 'stop',
        grace: '15m',
        conditions: [
          'instance.state == "running"',
          'sinceResumed() >= duration("1h")',
          '(local.isWeekend || inRange(local.hour, 20, 7))',
        ],
      }),
      covers: { tags: ['office-hours'] },
      timeZone: 'Europe/Paris',
    },
  },
]

function rule(
  name: string,
  words: Pick<RuleDefinition, 'action' | 'grace'> & { description: string; conditions: readonly string[] },
): RuleDefinition {
  const { description, action, grace, conditions } = words
  return {
    name,
    description,
    expression: conditions.join(' &&\n'),
    action,
    covers: {},
    grace,
    mode: 'observe',
    priority: 100,
    enabled: true,
  }
}
