import { compareText, goQuote } from '../../api/meta/go-text.ts'
import type { Pod } from '../../api/schema/types.generated.ts'

const MAP_KEY = /^metadata\.(labels|annotations)\['(.*)'\]$/

/**
 * The value of a `fieldRef` below `metadata`; undefined where the path names no such field. A whole map is one line
 * `key="value"` for each key. Model: k8s.io/kubernetes/pkg/fieldpath.ExtractFieldPathAsString
 */
export function metadataField(pod: Pod, path: string): string | undefined {
  const { labels, annotations, name, namespace = '', uid } = pod.metadata
  const match = MAP_KEY.exec(path)
  if (match !== null) return (match[1] === 'labels' ? labels : annotations)?.[match[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.labels':
      return mapText(labels)
    case 'metadata.annotations':
      return mapText(annotations)
    case 'metadata.name':
      return name
    case 'metadata.namespace':
      return namespace
    case 'metadata.uid':
      return uid
    default:
      return undefined
  }
}

/** Model: fieldpath.FormatMap */
const mapText = (map: Record<string, string> = {}): string =>
  Object.entries(map)
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([key, value]) => `${key}=${goQuote(value)}`)
    .join('\n')
