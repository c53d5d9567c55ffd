import { expect, test } from 'vitest'
import { deploymentNamed, replicasetNamed } from '../../test/simulation/still-view.ts'
import { newAnnotations, REVISION, REVISION_HISTORY, revisionOf } from './revision.ts'

test('a ReplicaSet that is ahead already keeps its revision', () => {
  const rs = replicasetNamed('web-1', {}, {}, { annotations: { [REVISION]: '7' } })
  expect(newAnnotations(deploymentNamed('web'), rs, 3)).toEqual({ [REVISION]: '7' })
})

test('the history grows, and forgets its oldest beyond 2,000 characters', () => {
  const old = Array.from({ length: 500 }, (_, i) => String(1000 + i)).join(',')
  const rs = replicasetNamed('web-1', {}, {}, { annotations: { [REVISION]: '1500', [REVISION_HISTORY]: old } })
  const history = newAnnotations(deploymentNamed('web'), rs, 1501)[REVISION_HISTORY] ?? ''
  expect(history.length).toBeLessThanOrEqual(2000)
  expect(history.startsWith('1000,')).toBe(false)
  expect(history.endsWith(',1499,1500')).toBe(true)
})

test('what is no number is no revision', () => {
  expect(revisionOf(deploymentNamed('web', {}, {}, { annotations: { [REVISION]: 'x' } }))).toBe(0)
})
