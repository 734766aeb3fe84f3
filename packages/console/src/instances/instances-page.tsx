export function InstancesPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
