// Makes a text that somebody else wrote fit to be shown and logged: one line, no control characters, bounded length.

const longest = 500

export function text(value: string): string {
  const plain = value.slice(0, longest * 4)
  // oxlint-disable-next-line no-control-regex
  return (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(plain) ? cleaned(plain) : plain)
    .trim()
    .slice(0, longest)
}

function cleaned(value: string): string {
  // oxlint-disable-next-line no-control-regex
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
}
