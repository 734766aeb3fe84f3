// What a sentence ends with may be the words of a cloud or a journal, which come with a full stop or without one.
export function wholeSentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`
}
