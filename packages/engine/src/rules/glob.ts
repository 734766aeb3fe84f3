// Wildcard match: `*` stands for any number of characters, `?` for exactly one, everything else for itself; the whole
// text must match. At most text length x pattern length steps (two pointers, one point to fall back to), unlike a
// regular expression; both lengths are bounded by the callers.

export function matchesGlob(text: string, pattern: string): boolean {
  let t = 0
  let p = 0
  let starAt = -1
  let resumeAt = 0
  while (t < text.length) {
    const code = p < pattern.length ? pattern.charCodeAt(p) : -1
    if (code === star) {
      starAt = p++
      resumeAt = t
    } else if (code === questionMark || code === text.charCodeAt(t)) {
      p++
      t++
    } else if (starAt >= 0) {
      p = starAt + 1
      t = ++resumeAt
    } else {
      return false
    }
  }
  while (p < pattern.length && pattern.charCodeAt(p) === star) p++
  return p === pattern.length
}

const star = '*'.charCodeAt(0)
const questionMark = '?'.charCodeAt(0)
