// Quantities in sentences and tables: at most three figures that count, the unit always beside.

/** 42,100; 42.1; 0.42; 0.004. */
export function formatFigures(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  if (size >= 10) return trim(value.toFixed(1))
  if (size >= 0.01) return trim(value.toFixed(2))
  return trim(value.toPrecision(1))
}

/** In the unit that keeps the number short: "512 MiB", "7.5 GiB", "1.46 TiB". */
export function formatMemoryMiB(memoryMiB: number): string {
  const size = Math.abs(memoryMiB)
  if (size < 1024) return `${formatFigures(memoryMiB)} MiB`
  if (size < 1_048_576) return `${formatFigures(memoryMiB / 1024)} GiB`
  return `${formatFigures(memoryMiB / 1_048_576)} TiB`
}

/** "1 vCPU and 512 MiB". */
export function formatSize({ vcpus, memoryMiB }: { readonly vcpus: number; readonly memoryMiB: number }): string {
  return `${formatFigures(vcpus)} ${vcpus === 1 ? 'vCPU' : 'vCPUs'} and ${formatMemoryMiB(memoryMiB)}`
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
