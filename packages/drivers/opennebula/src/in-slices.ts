// Goes through a long list a slice at a time and lets others in between, so that nobody waits for the whole of it.

const sliceLength = 1000

export async function mapInSlices<A, B>(list: readonly A[], map: (item: A) => B): Promise<readonly B[]> {
  const mapped: B[] = []
  for (let from = 0; from < list.length; from += sliceLength) {
    if (from > 0) await new Promise((resolve) => setImmediate(resolve))
    for (const item of list.slice(from, from + sliceLength)) mapped.push(map(item))
  }
  return mapped
}
