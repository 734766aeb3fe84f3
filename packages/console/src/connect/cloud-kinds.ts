// What a person writes to connect each kind of cloud, and what sees inside its instances.
interface CloudKind {
  readonly value: string
  readonly text: string
  /** What stands before the lines. */
  readonly lead: string
  readonly lines: string
  /** Who tells what instances use, and what for. */
  readonly inside: string
  /** Below docs/guides, with the rest: rights, marks, what each action gives back. */
  readonly guide: string
}

const libvirt = {
  value: 'libvirt',
  text: 'libvirt',
  lead: 'Each host by the URI that "virsh -c" takes: the local socket, ssh, or TLS. Nothing is installed on the hosts.',
  lines: `clouds:
  - id: lab
    kind: libvirt
    hosts:
      - { name: node-1, uri: 'qemu:///system' }
      - { name: node-2, uri: 'qemu+ssh://gleaner@node-2/system' }
`,
  inside:
    'libvirt itself tells what instances use. The guest reporter (integrations/guest) adds who is logged in and how long nobody has touched the keyboard, over the serial port of the guest, without a network.',
  guide: 'libvirt.md',
} as const satisfies CloudKind

const openstack = {
  value: 'openstack',
  text: 'OpenStack',
  lead: 'By its entry in clouds.yaml, whose secure.yaml lies beside it; without one the usual OS_ variables are read. Nothing is patched in nova.',
  lines: `clouds:
  - id: prod
    kind: openstack
    cloud: prod
sources:
  - id: prom
    kind: prometheus
    url: http://prometheus.example.org:9090
    presets: [libvirt-exporter, node-exporter]
`,
  inside:
    'Nova knows little of what servers use: usage comes from Prometheus or InfluxDB, the second part of the lines above. What is not measured is never idle.',
  guide: 'openstack.md',
} as const satisfies CloudKind

const opennebula = {
  value: 'opennebula',
  text: 'OpenNebula',
  lead: 'By its XML-RPC endpoint and a file beside it with one line, user:password. Without both Gleaner looks where the tools of OpenNebula look.',
  lines: `clouds:
  - id: one
    kind: opennebula
    endpoint: http://frontend:2633/RPC2
    auth: { file: one_auth }
`,
  inside:
    'OpenNebula tells what instances use. The probe for its hosts (integrations/opennebula) and the guest reporter (integrations/guest) add how long nobody has worked in each of them.',
  guide: 'opennebula.md',
} as const satisfies CloudKind

export const cloudKinds = [libvirt, openstack, opennebula] as const

export type CloudKindName = (typeof cloudKinds)[number]['value']

/** Whatever else stands in the address means the first. */
export function cloudKindOf(name: string | undefined): (typeof cloudKinds)[number] {
  return cloudKinds.find(({ value }) => value === name) ?? libvirt
}
