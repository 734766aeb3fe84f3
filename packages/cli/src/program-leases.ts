// The words of `gleaner leases`: hosts promised in advance.
import { Option } from 'commander'
import { type Words, add, counts, whole } from './program-parts.ts'

export function leasing({ program, context }: Words): void {
  const parent = add(program, 'leases', 'hosts promised to a project for a time to come')
    .addOption(
      new Option('--state <state>').choices([
        'waiting',
        'proposed',
        'pending',
        'active',
        'ended',
        'cancelled',
        'lapsed',
      ]),
    )
    .option('--limit <number>', 'at most so many', whole)
  parent.action(async (options) => (await import('./commands/leases.ts')).listLeases(context(), options))
  add(parent, 'calendar', 'when each host is promised, as text')
    .option('--cloud <cloud>')
    .option('--from <time>', 'RFC 3339; now if absent')
    .option('--to <time>', 'RFC 3339; a week later if absent')
    .action(async (options) => (await import('./commands/lease-calendar.ts')).leaseCalendar(context(), options))
  add(parent, 'quota', 'what a project may reserve, and what is left of it')
    .option('--project <project>')
    .option('--cloud <cloud>')
    .option('--at <time>', 'RFC 3339; a moment of the period, now if absent')
    .action(async (options) => (await import('./commands/lease-quota.ts')).leaseQuota(context(), options))
  add(parent, 'show', 'one lease, its hosts, and what happens when')
    .argument('<lease>', 'name or id')
    .action(async (id) => (await import('./commands/leases.ts')).showLease(context(), id))
  add(parent, 'create', 'reserve hosts or room, at the earliest moment of a window or at fixed times')
    .argument('<name>')
    .option('--hosts <count>', '2, or 2-4: as many as are free, at least 2', counts)
    .option('--instances <count>', 'in place of hosts: room for so many equal instances', whole)
    .option('--vcpus <number>', 'of each instance', whole)
    .option('--memory <MiB>', 'of each instance', whole)
    .option('--disk <GiB>', 'of each instance', whole)
    .addOption(
      new Option('--affinity <how>', 'all on one host, or each on a host of its own').choices(['together', 'apart']),
    )
    .option(
      '--filter <condition>',
      'what a host must be: vcpus >= 16 && rack == "r2", or JSON as of Climate and Blazar',
    )
    .option('--start <time>', 'RFC 3339; now if absent')
    .option('--end <time>', 'RFC 3339; with --for the end of the window')
    .option('--for <duration>', '30m, 8h, 2d')
    .option('--project <project>')
    .option('--cloud <cloud>')
    .addOption(
      new Option('--at-end <action>', 'what happens to instances that are still there').choices([
        'nothing',
        'suspend',
        'stop',
        'delete',
      ]),
    )
    .option('--notice <duration>', 'how long before the end they are told; 1h if absent')
    .option('--hold <duration>', 'a proposal: held for so long, and given up unless it is confirmed')
    .option('--wait <duration>', 'on the waitlist for so long at most, if there is no place')
    .option('--open-ended', 'in place of --for and --end: renewed by itself, as long as it is said to be needed')
    .option('--best-effort', 'begins now with what is there, up to what is asked for')
    .option('--repeat <rule>', 'a lease for each time of an RRULE: FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20')
    .option('--zone <zone>', 'by whose wall clock it repeats: Europe/Berlin')
    .option('--skip-clashes', 'of those that repeat, make the ones for which there is a place')
    .option('--dry-run', 'only tell when and where it would be, or why not and what there is instead')
    .action(async (name, options) =>
      options.repeat === undefined
        ? (await import('./commands/leases.ts')).createLease(context(), name, options)
        : (await import('./commands/lease-series.ts')).createLeaseSeries(context(), name, options),
    )
  add(parent, 'confirm', 'make a proposal a lease')
    .argument('<lease>', 'name or id')
    .action(async (id) => (await import('./commands/leases.ts')).confirmLease(context(), id))
  add(parent, 'renew', 'say that a lease without an end is still needed')
    .argument('<lease>', 'name or id')
    .action(async (id) => (await import('./commands/leases.ts')).renewLease(context(), id))
  add(parent, 'change', 'another name, other times, other counts')
    .argument('<lease>', 'name or id')
    .option('--name <name>')
    .option('--start <time>', 'RFC 3339; only before it has begun')
    .option('--end <time>', 'RFC 3339')
    .option('--hosts <count>', '2, or 2-4; also while it runs', counts)
    .option('--instances <count>', 'room for so many; also while it runs', whole)
    .action(async (id, options) => (await import('./commands/leases.ts')).changeLease(context(), id, options))
  add(parent, 'swap', 'another host that is as good in place of one of the lease')
    .argument('<lease>', 'name or id')
    .argument('<host>')
    .action(async (id, host) => (await import('./commands/leases.ts')).swapLeaseHost(context(), id, host))
  add(parent, 'end', 'call off what has not begun; end now what has')
    .argument('<lease>', 'name or id')
    .action(async (id) => (await import('./commands/leases.ts')).endLease(context(), id))
  add(parent, 'end-series', 'call off the leases of a series that have not begun')
    .argument('<series>', 'its id, as gleaner leases show tells it')
    .option('--from <time>', 'RFC 3339; only those that begin then or later')
    .action(async (id, options) => (await import('./commands/lease-series.ts')).endLeaseSeries(context(), id, options))
}
