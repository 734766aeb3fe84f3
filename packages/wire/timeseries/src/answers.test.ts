// Answers as real servers gave them (Prometheus 2.42, VictoriaMetrics 1.79.5, InfluxDB 1.6.7; annotated CSV after the
// reference of InfluxDB 2), and the faults they report.
import { describe, expect, it } from 'vitest'
import { AnnotatedCsv } from './annotated-csv.ts'
import { ExportLines } from './export-lines.ts'
import { InfluxqlAnswer } from './influxql-answer.ts'
import { PrometheusAnswer } from './prometheus-answer.ts'
import { feed, RecordingSink } from './testing/recording-sink.ts'

const faultOf = (read: () => unknown) => {
  try {
    read()
  } catch (error) {
    return error as Error & { fault?: string }
  }
  throw new Error('it was accepted')
}

describe('query of a Prometheus-compatible database', () => {
  const read = (text: string, sizes?: readonly number[]) => {
    const sink = new RecordingSink()
    return { warnings: feed(new PrometheusAnswer(sink), text, sizes), series: sink.all }
  }

  it('reads raw samples as VictoriaMetrics gave them', () => {
    const text =
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"c_total","dev":"a\\"b","domain":"web-3"},"values":[[1795873027,"65"],[1795873042,"72"]]},{"metric":{"__name__":"h"},"values":[[1795873082,"+Inf"],[1795873092.5,"3"]]}]}}'
    expect(read(text).series).toEqual([
      {
        labels: { __name__: 'c_total', dev: 'a"b', domain: 'web-3' },
        samples: [
          [1_795_873_027_000, 65],
          [1_795_873_042_000, 72],
        ],
      },
      {
        labels: { __name__: 'h' },
        samples: [
          [1_795_873_082_000, Number.POSITIVE_INFINITY],
          [1_795_873_092_500, 3],
        ],
      },
    ])
  })

  it('reads values at one moment, and labels in any script', () => {
    const text =
      '{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[{"metric":{"domain":"wéb\\u00fc"},"value":[1795873104,"0.4666666666666667"]}]},"warnings":["store 10.0.0.2 is away"]}'
    const { series, warnings } = read(text, [7])
    expect(series).toEqual([{ labels: { domain: 'wébü' }, samples: [[1_795_873_104_000, 0.466_666_666_666_666_7]] }])
    expect(warnings).toEqual(['only a part of the data', 'store 10.0.0.2 is away'])
  })

  it('finds no series where there are none', () => {
    expect(read('{"status":"success","data":{"resultType":"matrix","result":[]}}').series).toEqual([])
  })

  it('tells faults apart', () => {
    const scalar = faultOf(() => read('{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}'))
    expect(scalar.message).toMatch(/neither series nor values \(scalar\)/)
    const said = faultOf(() =>
      read('{"status":"error","errorType":"bad_data","error":"1:5: parse error:\\n unclosed"}'),
    )
    expect(said).toMatchObject({ fault: 'rejected', message: '1:5: parse error: unclosed' })
    expect(faultOf(() => read('<html>\n<title>Sign in</title>')).message).toMatch(/at byte 0 \(<html> <title>/)
    expect(faultOf(() => read('')).message).toMatch(/empty/)
    expect(
      faultOf(() => read('{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":1}}]}}')).message,
    ).toMatch(/no labels/)
    expect(
      faultOf(() => read('{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,"2"]]}]}}'))
        .message,
    ).toMatch(/before the labels/)
    const odd = '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"two"]]}]}}'
    expect(faultOf(() => read(odd)).message).toContain(`a number is missing at byte ${odd.indexOf('"two"')} `)
  })

  it('keeps its memory: a label, a text or a depth without end is a fault', () => {
    const text = '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"'
    const answer = new PrometheusAnswer(new RecordingSink())
    answer.push(Buffer.from(text))
    const more = Buffer.alloc(65_536, 'x')
    const pieces = () => {
      for (let i = 0; i < 40; i++) answer.push(more)
    }
    expect(pieces).toThrow(/too long/)
  })
})

describe('export of VictoriaMetrics', () => {
  it('reads what it gave, words for infinite values included', () => {
    const sink = new RecordingSink()
    feed(
      new ExportLines(sink),
      '{"metric":{"__name__":"h"},"values":[+Inf,3],"timestamps":[1795873082000,1795873092000]}\n{"metric":{"__name__":"c_total","dev":"a\\"b"},"values":[65,72],"timestamps":[1795873027000,1795873042000]}\n',
      [11],
    )
    expect(sink.all.map(({ samples }) => samples)).toEqual([
      [
        [1_795_873_082_000, Number.POSITIVE_INFINITY],
        [1_795_873_092_000, 3],
      ],
      [
        [1_795_873_027_000, 65],
        [1_795_873_042_000, 72],
      ],
    ])
  })

  it('is empty when there is nothing', () => {
    const sink = new RecordingSink()
    feed(new ExportLines(sink), '')
    expect(sink.all).toEqual([])
  })

  it('refuses values without times', () => {
    const read = () =>
      feed(new ExportLines(new RecordingSink()), '{"metric":{"a":"b"},"values":[1,2],"timestamps":[1]}\n')
    expect(read).toThrow(/2 values and 1 times/)
  })
})

describe('InfluxQL', () => {
  const read = (text: string) => {
    const sink = new RecordingSink()
    feed(new InfluxqlAnswer(sink), text)
    return sink.all
  }

  it('reads series in chunks, a tag that is empty as none', () => {
    const text = `{"results":[{"statement_id":0,"series":[{"name":"domain","tags":{"dev":"","domain":"web\\"4","url":"a"},"columns":["time","cpu_usage"],"values":[[1795873029000,5.5],[1795873044000,4.5]],"partial":true}],"partial":true}]}
{"results":[{"statement_id":0,"series":[{"name":"domain","tags":{"dev":"","domain":"web\\"4","url":"a"},"columns":["time","cpu_usage"],"values":[[1795873089000,null],[1795873104000,0.5]]}],"partial":true}]}
{"results":[{"statement_id":0,"series":[{"name":"domain","tags":{"dev":"x","domain":"web-3","url":"a"},"columns":["time","cpu_usage"],"values":[[1795873029000,5]]}]}]}
`
    expect(read(text)).toEqual([
      {
        labels: { domain: 'web"4', url: 'a' },
        samples: [
          [1_795_873_029_000, 5.5],
          [1_795_873_044_000, 4.5],
          [1_795_873_089_000, Number.NaN],
          [1_795_873_104_000, 0.5],
        ],
      },
      { labels: { dev: 'x', domain: 'web-3', url: 'a' }, samples: [[1_795_873_029_000, 5]] },
    ])
  })

  it('reads that there is nothing', () => {
    expect(read('{"results":[{"statement_id":0}]}\n')).toEqual([])
  })

  it('tells its faults apart, which come with status 200', () => {
    const fault = (text: string) => faultOf(() => read(text)).fault
    expect(fault('{"results":[{"statement_id":0,"error":"database not found: nodb"}]}')).toBe('missing')
    expect(fault('{"error":"authorization failed"}')).toBe('refused')
    expect(fault('{"results":[{"statement_id":0,"error":"max-select-series limit exceeded"}]}')).toBe('overloaded')
    expect(fault('{"error":"error parsing query: found SELEC"}')).toBe('rejected')
  })

  it('refuses texts and columns that are not one value', () => {
    const columns = '{"results":[{"series":[{"name":"n","columns":["time","a","b"],"values":[[1,2,3]]}]}]}'
    expect(() => read(columns)).toThrow(/columns/)
    const text = '{"results":[{"series":[{"name":"n","columns":["time","s"],"values":[[1,"txt"]]}]}]}'
    expect(() => read(text)).toThrow(/a number is missing/)
  })
})

describe('annotated CSV', () => {
  const read = (lines: readonly string[], sizes?: readonly number[]) => {
    const sink = new RecordingSink()
    feed(new AnnotatedCsv(sink), lines.map((line) => `${line}\r\n`).join(''), sizes)
    return sink.all
  }

  it('reads tables as series: grouped columns are labels', () => {
    const lines = [
      '#group,false,false,true,true,false,false,true,true,true,true',
      '#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string,string',
      '#default,mean,,,,,,,,,',
      ',result,table,_start,_stop,_time,_value,_field,_measurement,host,region',
      ',,0,2022-12-31T05:41:24Z,2023-01-31T05:41:24.001Z,2023-01-01T00:52:00Z,15.43,mem,m,A,east',
      ',,1,2022-12-31T05:41:24Z,2023-01-31T05:41:24.001Z,2023-01-01T00:52:00.25Z,59.25,mem,m,"B, ""x""",east',
      ',,1,2022-12-31T05:41:24Z,2023-01-31T05:41:24.001Z,2023-01-01T02:52:10+02:00,,mem,m,"B, ""x""",east',
    ]
    const first = Date.UTC(2023, 0, 1, 0, 52)
    expect(read(lines, [5])).toEqual([
      { labels: { host: 'A', region: 'east' }, samples: [[first, 15.43]] },
      {
        labels: { host: 'B, "x"', region: 'east' },
        samples: [
          [first + 250, 59.25],
          [first + 10_000, Number.NaN],
        ],
      },
    ])
  })

  it('knows a fault that comes up while the answer runs', () => {
    const lines = [
      '#datatype,string,long,dateTime:RFC3339,long,string',
      '#group,false,false,false,false,true',
      '#default,_result,,,,',
      ',result,table,_time,_value,host',
      ',,0,2023-01-01T00:52:00Z,1,a',
      '',
      '#datatype,string,string',
      '#group,true,true',
      '#default,,',
      ',error,reference',
      ',engine: context canceled,897',
    ]
    expect(faultOf(() => read(lines))).toMatchObject({ fault: 'rejected', message: 'engine: context canceled' })
  })

  it('refuses what is no table of numbers over time', () => {
    const head = (type: string) => [
      `#datatype,string,long,dateTime:RFC3339,${type},string`,
      '#group,false,false,false,false,true',
      '#default,_result,,,,',
      ',result,table,_time,_value,host',
    ]
    expect(() => read(head('string'))).toThrow(/line 4: the values are of type string/)
    expect(() => read([...head('double'), ',,0,2023-01-01T00:52:00Z,1'])).toThrow(/line 5: there are 5 cells below 6/)
    expect(() => read([...head('double'), ',,0,yesterday,1,a'])).toThrow(/line 5: the time or the value/)
    expect(() => read([...head('double'), ',,0,2023-13-01T00:52:00Z,1,a'])).toThrow(/line 5: the time or the value/)
    expect(() => read([...head('double'), ',,0,2023-01-01T00:52:00Z,"1"2,a'])).toThrow(/line 5: a quoted cell/)
    expect(() => read(['{"code":"unauthorized"}'])).toThrow(/line 1: the columns table/)
  })
})
