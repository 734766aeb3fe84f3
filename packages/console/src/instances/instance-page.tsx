export function InstancePage(_: { readonly id?: string }) {
  return <p>soon</p>
}
