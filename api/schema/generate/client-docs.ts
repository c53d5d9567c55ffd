/** What @kubernetes/client-node, made from Kubernetes' OpenAPI, says of the models whose Go source is not packaged. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shortName } from './facts.ts'

const MODELS = join(import.meta.dirname, '../../../node_modules/@kubernetes/client-node/dist/gen/models')
const AGGREGATOR = 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.'
const OBJECT_META =
  'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

/** The client says nothing of a field that is another model. */
const REFERENCES: Record<string, Record<string, string>> = {
  APIService: {
    metadata: `Standard object's metadata. ${OBJECT_META}`,
    spec: 'Spec contains information for locating and communicating with a server',
    status: 'Status contains derived information about an API server',
  },
  APIServiceList: { metadata: `Standard list metadata ${OBJECT_META}` },
  APIServiceSpec: {
    service:
      'Service is a reference to the service for this API server.  It must communicate on port 443. If the Service is nil, that means the handling for the API groupversion is handled locally on this server. The call will simply delegate to the normal handler chain to be fulfilled.',
  },
}

/** The description of a model and those of its fields; undefined where the client has no such model. */
export function clientDocs(model: string): [string, Map<string, string>] | undefined {
  if (!model.startsWith(AGGREGATOR)) return undefined
  const name = shortName(model)
  const file = [`V1${name}.d.ts`, `ApiregistrationV1${name}.d.ts`].find((file) => existsSync(join(MODELS, file)))
  if (file === undefined) return undefined
  const text = readFileSync(join(MODELS, file), 'utf8')
  const about = /\/\*\*\n\* (.*)\n\*\/\nexport declare class/.exec(text)?.[1] ?? ''
  const fields = [...text.matchAll(/\/\*\*\n\s*\* (.*)\n\s*\*\/\n\s*'(\w+)'/g)]
  const told = fields.map(([, said = '', field = '']): [string, string] => [field, unescaped(said)])
  return [unescaped(about), new Map([...told, ...Object.entries(REFERENCES[name] ?? {})])]
}

const unescaped = (text: string): string => text.replaceAll(/\\(['"])/g, '$1')
