export function PlanPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
