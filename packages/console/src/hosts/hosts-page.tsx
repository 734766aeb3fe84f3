export function HostsPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
