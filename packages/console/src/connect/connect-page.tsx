export function ConnectPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
