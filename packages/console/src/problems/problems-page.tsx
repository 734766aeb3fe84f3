export function ProblemsPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
