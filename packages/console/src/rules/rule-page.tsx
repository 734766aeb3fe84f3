export function RulePage(_: { readonly id?: string }) {
  return <p>soon</p>
}
