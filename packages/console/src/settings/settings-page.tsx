export function SettingsPage(_: { readonly id?: string }) {
  return <p>soon</p>
}
