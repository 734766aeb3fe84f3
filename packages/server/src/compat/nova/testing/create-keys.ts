// The keys that nova takes in the `server` of a create at a given microversion: nova/api/openstack/compute/schemas/servers.py
// of nova 26, where everything else is an additional property and answered with 400.

const always = [
  'name imageRef flavorRef adminPass metadata networks OS-DCF:diskConfig accessIPv4 accessIPv6 personality',
  'availability_zone block_device_mapping block_device_mapping_v2 config_drive key_name min_count max_count',
  'return_reservation_id security_groups user_data',
].flatMap((line) => line.split(' '))
const since: readonly (readonly [minor: number, ...keys: string[]])[] = [
  [19, 'description'],
  [52, 'tags'],
  [63, 'trusted_image_certificates'],
  [74, 'host', 'hypervisor_hostname'],
  [90, 'hostname'],
]

export function createKeys(minor: number): ReadonlySet<string> {
  const added = since.filter(([from]) => minor >= from).flatMap(([, ...keys]) => keys)
  return new Set([...always.filter((key) => key !== 'personality' || minor < 57), ...added])
}
