// Texts and lists of texts, by what rules say with them: a text that is not known makes nothing true and nothing false.
import { describe, expect, it } from 'vitest'
import { mostTags } from './bind-text.ts'
import { outcomeFor, steady, testInstance, testRule, type World } from './testing/rule-world.ts'

const says = (expression: string, world: World = {}) => outcomeFor(testRule(expression), world)
/** The cloud knows no flavor for it, and nobody measures it. */
const bare: World = { instance: testInstance('Web-1', { flavor: undefined, tags: ['team=ops', 'team=dev', 'keep'] }) }

describe('texts', () => {
  it.each([
    ['instance.name + "-x" == "Web-1-x"', 'matched'],
    ['instance.name + "-x" == "Web-1"', 'not-matched'],
    ['instance.flavor + "-x" == "-x"', 'unknown'],
    ['"x-" + instance.flavor == "x-"', 'unknown'],
    ['instance.name.lowerAscii() == "web-1"', 'matched'],
    ['instance.name.upperAscii() == "WEB-1"', 'matched'],
    // Only the 26 letters: the length stays.
    ['"ÄßİX".lowerAscii() == "ÄßİX"', 'not-matched'],
    ['"ÄßİX".lowerAscii() == "Äßİx"', 'matched'],
    ['"äßıx".upperAscii() == "äßıX"', 'matched'],
    ['instance.flavor.lowerAscii() == "a"', 'unknown'],
    ['instance.flavor.upperAscii() == "A"', 'unknown'],
    ['valueOr(instance.flavor, "none") == "none"', 'matched'],
    ['valueOr(instance.name, "none") == "Web-1"', 'matched'],
    ['valueOr(instance.flavor, instance.flavor) == "none"', 'unknown'],
    ['(instance.vcpus == 2 ? instance.name : "none") == "Web-1"', 'matched'],
    ['(instance.vcpus == 3 ? instance.name : "none") == "none"', 'matched'],
    ['(cpu < 1 ? instance.name : "none") == "Web-1"', 'unknown'],
    ['(instance.vcpus == 2 ? instance.flavor : "none") == "none"', 'unknown'],
    // Monday, 2 June 2025, 08:00 UTC.
    ['at("UTC").date == "2025-06-02" && at("UTC").time == "08:00"', 'matched'],
    ['at("Asia/Tokyo").time == "17:00"', 'matched'],
    ['at("Pacific/Kiritimati").date == "2025-06-02" && at("Pacific/Kiritimati").time == "22:00"', 'matched'],
  ])('%s: %s', (expression, outcome) => {
    expect(says(expression, bare)).toBe(outcome)
  })

  it('are chosen by a condition that is measured', () => {
    const expression = '(cpu < 1 ? "idle" : "busy") == "idle"'
    expect(says(expression, { samples: { cpu: steady(0.1, 60) } })).toBe('matched')
    expect(says(expression, { samples: { cpu: steady(1, 60) } })).toBe('not-matched')
  })
})

describe('tags', () => {
  it.each([
    ['tagValue("team") == "ops"', 'matched'],
    ['tagValue("team") == "dev"', 'not-matched'],
    // A tag without a value, and the beginning of a name, are not that tag.
    ['tagValue("keep") == ""', 'matched'],
    ['tagValue("tea") == ""', 'matched'],
    ['hasTag("keep")', 'matched'],
    ['hasTag("kee")', 'not-matched'],
    ['"keep" in instance.tags', 'matched'],
    ['size(instance.tags) == 3', 'matched'],
    ['instance.name in ["a", "Web-1"]', 'matched'],
    ['instance.flavor in ["a", "Web-1"]', 'unknown'],
  ])('%s: %s', (expression, outcome) => {
    expect(says(expression, bare)).toBe(outcome)
  })

  it.each(['hasTag("t1")', 'tagValue("t1") == ""', '"t1" in instance.tags', 'size(instance.tags) > 0'])(
    'more than can be looked through are unknown: %s',
    (expression) => {
      const tagged = (count: number): World => ({
        instance: testInstance('web-1', { tags: Array.from({ length: count }, (_, nth) => `t${nth}`) }),
      })
      expect(says(expression, tagged(mostTags))).toBe('matched')
      expect(says(expression, tagged(mostTags + 1))).toBe('unknown')
    },
  )
})
