export function HostPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
