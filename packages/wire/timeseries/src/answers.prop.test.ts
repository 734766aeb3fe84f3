// However an answer is cut into pieces on its way, it is read the same; and cut off anywhere, it is a fault.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnnotatedCsv } from './annotated-csv.ts'
import { AnswerFault } from './answer-fault.ts'
import { ExportLines } from './export-lines.ts'
import { InfluxqlAnswer } from './influxql-answer.ts'
import { PrometheusAnswer } from './prometheus-answer.ts'
import type { SeriesSink } from './series-sink.ts'
import { feed, RecordingSink } from './testing/recording-sink.ts'

interface Case {
  readonly make: (sink: SeriesSink) => { push(chunk: Buffer): void; finish(): unknown }
  readonly text: string
  /** Ends at which the answer is whole though something may follow. */
  readonly wholeAt: (cut: string) => boolean
}

const labelled = JSON.stringify({ __name__: 'usage', domain: 'wéb "3"\\', empty: '' })
const cases: Readonly<Record<string, Case>> = {
  'query of Prometheus': {
    make: (sink) => new PrometheusAnswer(sink),
    text: `{"status":"success", "data" : {"resultType":"matrix","result":[{"metric":${labelled},"values":[[1700000000.123,"0.25"],[1700000060.5,"NaN"]]},{"metric":{},"values":[ ]},{"metric":{"a":"b"},"histograms":[[1,{"count":"2"}]]},{"metric":{"domain":"x"},"value":[1700000000,"+Inf"]}],"stats":{"a":[1,{"b":"]}"}]}},"warnings":["a store is away"]}\n`,
    wholeAt: (cut) => cut.trimEnd().endsWith('away"]}'),
  },
  'export of VictoriaMetrics': {
    make: (sink) => new ExportLines(sink),
    text: `{"metric":${labelled},"values":[1,2.5e3,null,+Inf],"timestamps":[1700000000123,1700000060000,1700000120000,1700000180000]}\n{"timestamps":[5],"metric":{"a":"}"},"values":[-0.5]}\n`,
    wholeAt: (cut) => cut === '' || cut.trimEnd().endsWith(']}'),
  },
  'InfluxQL in chunks': {
    make: (sink) => new InfluxqlAnswer(sink),
    text: `{"results":[{"statement_id":0,"series":[{"name":"d","tags":${labelled},"columns":["time","cpu"],"values":[[1700000000000,0.25],[1700000060000,null]],"partial":true}],"partial":true}]}\n{"results":[{"statement_id":0,"series":[{"name":"d","tags":${labelled},"columns":["time","cpu"],"values":[[1700000120000,3]]},{"name":"d","columns":["time","cpu"],"values":[[1,2]]}]}]}\n`,
    wholeAt: (cut) => cut.trimEnd().endsWith(']}]}') || cut.trimEnd().endsWith('}],"partial":true}]}'),
  },
  'annotated CSV': {
    make: (sink) => new AnnotatedCsv(sink),
    text: [
      '#datatype,string,long,dateTime:RFC3339,double,string,string',
      '#group,false,false,false,false,true,true',
      '#default,_result,,,,,none',
      ',result,table,_time,_value,domain,dev',
      ',,0,2026-11-28T13:37:09Z,0.25,"wéb ""3"", a\r\nline",',
      ',,0,2026-11-28T13:37:24.1234Z,NaN,"wéb ""3"", a\r\nline",',
      ',,1,2026-11-28T13:37:09.5+01:00,,x,y',
      '',
      '#datatype,string,long,dateTime:RFC3339,long,string',
      '#group,false,false,false,false,true',
      '#default,_result,,,,',
      ',result,table,_time,_value,domain',
      ',,0,2026-11-28T13:37:09Z,7,z',
      '',
    ].join('\r\n'),
    // A line that is cut before its end is seen; between two lines nothing tells that more was to come but the connection.
    wholeAt: (cut) => cut === '' || cut.endsWith('\n'),
  },
}

for (const [name, { make, text, wholeAt }] of Object.entries(cases)) {
  describe(name, () => {
    const whole = new RecordingSink()
    feed(make(whole), text)

    it('is read the same in pieces of any sizes', () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), (sizes) => {
          const pieces = new RecordingSink()
          feed(make(pieces), text, sizes)
          expect(pieces.all).toEqual(whole.all)
        }),
        { numRuns: 300 },
      )
    })

    it('is a fault when it is cut off', () => {
      const bytes = Buffer.from(text)
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.toString('latin1', 0, length)
        if (wholeAt(cut)) continue
        const answer = make(new RecordingSink())
        const read = () => {
          answer.push(Buffer.from(bytes.subarray(0, length)))
          answer.finish()
        }
        expect(read, `${length} of ${bytes.length} bytes: …${cut.slice(-30)}`).toThrow(AnswerFault)
      }
    })
  })
}

it('reads no noise as an answer, and never fails but by a fault', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(cases)),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(500),
      ({ make, text }, noise, at) => {
        const bytes = Buffer.from(text)
        const spoilt = Buffer.concat([bytes.subarray(0, at % bytes.length), noise, bytes.subarray(at % bytes.length)])
        const answer = make(new RecordingSink())
        try {
          answer.push(spoilt)
          answer.finish()
        } catch (error) {
          expect(error).toBeInstanceOf(AnswerFault)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
