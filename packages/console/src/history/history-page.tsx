export function HistoryPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
