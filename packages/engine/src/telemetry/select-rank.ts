// The value of a given rank among the first `count` numbers, which are reordered (Hoare's quickselect with the median of
// three as pivot; numbers only, no NaN). Rank 1 is the smallest. Estimates have the like for numbers of 64 bits: one function that gets
// both kinds of array takes 1.4 to 1.7 times as long here, and every reading of a percentile of every instance comes through it.

export function selectRank(numbers: Float32Array, count: number, rank: number): number {
  const wanted = rank - 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const a = numbers[low] as number
    const b = numbers[(low + high) >> 1] as number
    const c = numbers[high] as number
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b
    let i = low
    let j = high
    while (i <= j) {
      while ((numbers[i] as number) < pivot) i++
      while ((numbers[j] as number) > pivot) j--
      if (i <= j) {
        const swap = numbers[i] as number
        numbers[i++] = numbers[j] as number
        numbers[j--] = swap
      }
    }
    if (wanted <= j) high = j
    else if (wanted >= i) low = i
    else return numbers[wanted] as number
  }
  return numbers[wanted] as number
}
