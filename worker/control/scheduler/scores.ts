import type { Node, Pod } from '../../../api/schema/types.generated.ts'
import { isTolerated } from '../tolerations.ts'
import type { Candidate } from './filters.ts'
import { preference } from './node-affinity.ts'
import { type Amounts, amountsOf, plus, scoredRequestOf } from './request.ts'

/** What scoring knows beside the node: the Pods that should be spread apart, and all candidates. */
export interface Field {
  readonly pod: Pod
  readonly candidates: readonly Candidate[]
  /** How many Pods of the same ReplicaSet stand on each node. */
  readonly siblings: ReadonlyMap<string, number>
  readonly nodes: readonly Node[]
}

/** One number for each candidate, normalised to 0..100. */
type Score = (field: Field) => number[]

const MOST = 100

/** tainttoleration.Score: PreferNoSchedule taints that are not tolerated, fewer is better. */
const taints: Score = ({ pod, candidates }) => {
  const counts = candidates.map(
    ({ node }) =>
      (node.spec?.taints ?? []).filter(
        (taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(pod.spec.tolerations, taint),
      ).length,
  )
  const most = Math.max(...counts)
  return counts.map((count) => (most === 0 ? MOST : Math.floor(((most - count) * MOST) / most)))
}

/** nodeaffinity.Score: weights of the preferred terms. */
const affinity: Score = ({ pod, candidates }) => {
  const sums = candidates.map(({ node }) => preference(pod, node))
  const most = Math.max(...sums)
  return sums.map((sum) => (most === 0 ? 0 : Math.floor((sum * MOST) / most)))
}

/** Parts of CPU and memory that would be taken with the Pod on the node; resources that the node lacks are left out. */
function fractions(request: Amounts, { node, use }: Candidate): number[] {
  const allocatable = amountsOf(node.status?.allocatable)
  const taken = plus(use.scored, request)
  return ['cpu', 'memory']
    .filter((name) => (allocatable[name] ?? 0) > 0)
    .map((name) => (taken[name] ?? 0) / (allocatable[name] ?? 1))
}

/** leastResourceScorer: the mean of what stays free. */
const leastAllocated: Score = ({ pod, candidates }) => {
  const request = scoredRequestOf(pod)
  return candidates.map((candidate) => {
    const free = fractions(request, candidate).map((part) => Math.floor(Math.max(0, 1 - part) * MOST))
    return free.length === 0 ? 0 : Math.floor(free.reduce((a, b) => a + b) / free.length)
  })
}

/** balancedResourceScorer: CPU and memory taken to the same part. Of two parts the standard deviation is half their distance. */
const balanced: Score = ({ pod, candidates }) => {
  const request = scoredRequestOf(pod)
  return candidates.map((candidate) => {
    const [cpu = 0, memory = cpu] = fractions(request, candidate).map((part) => Math.min(part, 1))
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * MOST)
  })
}

/** systemDefaultConstraints of podtopologyspread. */
const SPREAD = [
  { key: 'kubernetes.io/hostname', maxSkew: 3 },
  { key: 'topology.kubernetes.io/zone', maxSkew: 5 },
]

/** podtopologyspread.Score with the default constraints: fewer of the same ReplicaSet in the domain is better. */
const spread: Score = ({ candidates, siblings, nodes }) => {
  if (siblings.size === 0) return candidates.map(() => 0)
  const sums = candidates.map(() => 0)
  for (const { key, maxSkew } of SPREAD) {
    const counts = new Map<string, number>()
    for (const node of nodes) {
      const domain = node.metadata.labels?.[key]
      if (domain === undefined) continue
      counts.set(domain, (counts.get(domain) ?? 0) + (siblings.get(node.metadata.name) ?? 0))
    }
    const domains = new Set(candidates.flatMap(({ node }) => node.metadata.labels?.[key] ?? []))
    const weight = Math.log(domains.size + 2)
    candidates.forEach(({ node }, i) => {
      const domain = node.metadata.labels?.[key]
      if (domain !== undefined) sums[i] = (sums[i] ?? 0) + (counts.get(domain) ?? 0) * weight + (maxSkew - 1)
    })
  }
  const rounded = sums.map(Math.round)
  const [most, least] = [Math.max(...rounded), Math.min(...rounded)]
  return rounded.map((sum) => (most === 0 ? MOST : Math.floor((MOST * (most + least - sum)) / most)))
}

const MB = 1024 * 1024
const IMAGE_LEAST = 23 * MB
const IMAGE_MOST = 1000 * MB

/** imagelocality.Score: nodes that have the Pod's images save the pull; an image that few nodes have counts less. */
const images: Score = ({ pod, candidates, nodes }) => {
  const wanted = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((c) => withTag(c.image ?? ''))
  if (nodes.every((node) => (node.status?.images ?? []).length === 0)) return candidates.map(() => 0)
  const size = (node: Node, image: string): number =>
    (node.status?.images ?? []).find((known) => known.names?.includes(image))?.sizeBytes ?? 0
  const share = new Map(
    wanted.map((image) => [image, nodes.filter((node) => size(node, image) > 0).length / nodes.length]),
  )
  const limit = IMAGE_MOST * wanted.length
  return candidates.map(({ node }) => {
    const sum = wanted.reduce((total, image) => total + Math.floor(size(node, image) * (share.get(image) ?? 0)), 0)
    const within = Math.min(Math.max(sum, IMAGE_LEAST), limit)
    return Math.floor((MOST * (within - IMAGE_LEAST)) / (limit - IMAGE_LEAST))
  })
}

/** normalizedImageName: what has neither tag nor digest is latest. */
const withTag = (image: string): string =>
  image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image

/** The weights of kube-scheduler's default plugins. */
const SCORES: readonly { score: Score; weight: number }[] = [
  { score: taints, weight: 3 },
  { score: affinity, weight: 2 },
  { score: leastAllocated, weight: 1 },
  { score: spread, weight: 2 },
  { score: balanced, weight: 1 },
  { score: images, weight: 1 },
]

/** The best candidate; of equal ones the first by name, where kube-scheduler throws dice. */
export function best(field: Field): Node | undefined {
  const totals = field.candidates.map(() => 0)
  for (const { score, weight } of SCORES) {
    score(field).forEach((points, i) => {
      totals[i] = (totals[i] ?? 0) + points * weight
    })
  }
  const ranked = field.candidates.map(({ node }, i) => ({ node, total: totals[i] ?? 0 }))
  ranked.sort((a, b) => b.total - a.total || (a.node.metadata.name < b.node.metadata.name ? -1 : 1))
  return ranked[0]?.node
}
