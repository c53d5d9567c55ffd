import { expect, test } from 'vitest'
import { Metrics } from './metrics.ts'

test('[AP207] counters, histograms and gauges are written as Prometheus reads them', () => {
  const metrics = new Metrics()
  const total = metrics.counter('b_total', 'How often.\nIn two lines, with a \\.')
  total.add({ verb: 'GET', code: '200' })
  total.add({ verb: 'GET', code: '200' }, 2)
  total.add({ verb: 'a"b\n', code: '' })
  const seconds = metrics.histogram('c_seconds', 'How long.', [0.1, 1])
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value, { verb: 'GET' })
  metrics.gauge('a', 'How many.', () => [{ value: 3 }])
  metrics.counter('unused_total', 'Nothing yet.')
  expect(metrics.text()).toBe(
    [
      '# HELP a How many.',
      '# TYPE a gauge',
      'a 3',
      '# HELP b_total How often.\\nIn two lines, with a \\\\.',
      '# TYPE b_total counter',
      'b_total{verb="GET",code="200"} 3',
      'b_total{verb="a\\"b\\n",code=""} 1',
      '# HELP c_seconds How long.',
      '# TYPE c_seconds histogram',
      'c_seconds_bucket{verb="GET",le="0.1"} 2',
      'c_seconds_bucket{verb="GET",le="1"} 3',
      'c_seconds_bucket{verb="GET",le="+Inf"} 4',
      'c_seconds_sum{verb="GET"} 7.65',
      'c_seconds_count{verb="GET"} 4',
      '',
    ].join('\n'),
  )
})

test('[AP207] no client fills the memory with labels of its own', () => {
  const metrics = new Metrics()
  const total = metrics.counter('t', 'x')
  for (let i = 0; i < 5_000; i++) total.add({ path: String(i) })
  const lines = metrics.text().split('\n')
  expect(lines.length).toBeLessThan(2_010)
  expect(lines).toContain('t{path="other"} 3000')
})
