export function RulesPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
