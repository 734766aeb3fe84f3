// Logarithmic buckets: bucket k > 0 holds the values of [edges[k], edges[k + 1]), edges 2^(n/32) apart, so that a value
// known by its bucket alone is known within 1.09 % (DDSketch: Masson, Rim, Lee, VLDB 2019, with gamma = 2^(1/32)).
// Bucket 0 holds [0, 2^-20). At collapse level L, 2^L neighbours are one bin (UDDSketch: Epicoco et al., IEEE Access 2020):
// gamma becomes gamma^(2^L). Bin j of level L holds the buckets ((j << L) + 1) to ((j + 1) << L).
//
// The edges come from square roots and products alone, which IEEE 754 rounds the same everywhere: stored bins keep
// their meaning on every machine. A bucket is found by the upper 16 bits of the single-precision value and at most one
// comparison, since one step of those bits (2^-7) is narrower than a bucket.

const bucketsPerDoubling = 32
const lowestExponent = -20
const highestExponent = 51
/** Below this a value counts as zero in the sketches; its minimum and maximum stay exact. */
export const smallestIndexed = 2 ** lowestExponent
/** Below this single precision is no longer precise: taken as 0. */
export const smallestValue = 2 ** -126
/** Larger samples are refused: no usage of one machine is beyond it, and sums of single precision stay finite. */
export const largestValue = 2 ** 50
export const bucketCount = (highestExponent - lowestExponent) * bucketsPerDoubling + 1

/** Lower edge of each bucket, and one more: the upper edge of the last. */
export const edges: Float64Array = makeEdges()

const bucketOfKey: Int16Array = makeBucketOfKey()

/** The bucket of a value of 0 to `largestValue`, given with its single-precision bits. */
export function bucketOf(value: number, bits: number): number {
  const bucket = bucketOfKey[bits >>> 16] as number
  return value >= (edges[bucket + 1] as number) ? bucket + 1 : bucket
}

/** Relative error of a value given by the middle of its bin, (gamma - 1) / (gamma + 1). */
export function relativeError(level: number): number {
  const gamma = 2 ** (2 ** level / bucketsPerDoubling)
  return (gamma - 1) / (gamma + 1)
}

function makeEdges(): Float64Array {
  const steps = new Float64Array(bucketsPerDoubling).fill(1)
  let root = 2
  for (let bit = bucketsPerDoubling >> 1; bit > 0; bit >>= 1) {
    root = Math.sqrt(root)
    for (let i = 0; i < bucketsPerDoubling; i++) if ((i & bit) !== 0) steps[i] = (steps[i] as number) * root
  }
  const all = new Float64Array(bucketCount + 1)
  let scale = smallestIndexed
  for (let bucket = 1; bucket <= bucketCount; bucket++) {
    all[bucket] = scale * (steps[(bucket - 1) % bucketsPerDoubling] as number)
    if (bucket % bucketsPerDoubling === 0) scale *= 2
  }
  return all
}

function makeBucketOfKey(): Int16Array {
  const view = new DataView(new ArrayBuffer(4))
  const table = new Int16Array(1 << 15)
  let bucket = 0
  for (let key = 0; key < table.length; key++) {
    view.setUint32(0, key << 16)
    const value = view.getFloat32(0)
    while (bucket < bucketCount - 1 && value >= (edges[bucket + 1] as number)) bucket++
    table[key] = bucket
  }
  return table
}
