import { randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { decodeProtobuf, encodeProtobuf, envelope, openEnvelope } from '../../api/schema/protobuf.ts'
import type { JsonObject } from '../../api/meta/object.ts'
import type { TestCluster } from '../support/cluster.ts'
import type { Rendered } from './helm-chart.ts'

/** The traffic that helm sends: pkg/kube/client.go, pkg/action and pkg/storage/driver/secrets.go, by way of client-go. */

interface Answered {
  readonly code: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
  readonly body: JsonObject
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const SECRET = 'io.k8s.api.core.v1.Secret'
const LIST = 'io.k8s.api.core.v1.SecretList'
const NAME = 'demo'

export class Helm {
  readonly #cluster: TestCluster
  readonly #namespace: string

  constructor(cluster: TestCluster, namespace: string) {
    this.#cluster = cluster
    this.#namespace = namespace
  }

  at(path: string): string {
    return path.replaceAll('$NS', this.#namespace)
  }

  /** One request as client-go sends it: gzip is asked for by Go itself only, so not here. */
  send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const { server, state } = this.#cluster
    return new Promise((done, fail) => {
      const sent = request(
        `${server}${this.at(path)}`,
        {
          method,
          ca: state.authority,
          headers: {
            accept: 'application/json, */*',
            'user-agent': 'Helm/3.19.0',
            authorization: `Bearer ${state.adminToken}`,
            ...(body === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const bytes = Buffer.concat(chunks)
            const isJson = String(response.headers['content-type']).startsWith('application/json')
            const parsed: JsonObject = isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : {}
            done({ code: response.statusCode ?? 0, headers: response.headers, bytes, body: parsed })
          })
        },
      )
      sent.on('error', fail)
      sent.end(body)
    })
  }

  async ok(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<JsonObject> {
    const text = body === undefined ? undefined : this.at(JSON.stringify(body))
    const answer = await this.send(method, path, text, headers)
    if (answer.code >= 300) throw new Error(`${method} ${this.at(path)}: ${answer.code} ${answer.bytes.toString()}`)
    return answer.body
  }

  get(of: Rendered): Promise<Answered> {
    return this.send('GET', `${of.path}/${of.metadata.name}`)
  }

  /** rest.Helper.Create; `dryRun` as `helm install --dry-run=server`. */
  create(of: Rendered, dryRun = false): Promise<JsonObject> {
    const { path, ...object } = of
    return this.ok('POST', `${path}?fieldManager=helm${dryRun ? '&dryRun=All' : ''}&fieldValidation=Warn`, object)
  }

  patch(of: Rendered, patch: object, dryRun = false): Promise<JsonObject> {
    const path = `${of.path}/${of.metadata.name}?fieldManager=helm${dryRun ? '&dryRun=All' : ''}`
    return this.ok('PATCH', path, patch, { 'content-type': 'application/strategic-merge-patch+json' })
  }

  delete(of: Rendered): Promise<JsonObject> {
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' }
    return this.ok('DELETE', `${of.path}/${of.metadata.name}`, options)
  }

  /** A release's own record; its body and its answer are protobuf. */
  async record(version: number, status: string, verb: 'POST' | 'PUT', release: Uint8Array): Promise<JsonObject> {
    const name = `sh.helm.release.v1.${NAME}.v${version}`
    const object = {
      metadata: { name, labels: { name: NAME, owner: 'helm', status, version: String(version) } },
      type: 'helm.sh/release.v1',
      data: { release: Buffer.from(release).toString('base64') },
    }
    const bytes = envelope('v1', 'Secret', encodeProtobuf(SECRET, object))
    const path = `/api/v1/namespaces/$NS/secrets${verb === 'POST' ? '' : `/${name}`}`
    const headers = { 'content-type': PROTOBUF, accept: PROTOBUF }
    const answer = await this.send(verb, path, bytes, headers)
    if (answer.code >= 300) throw new Error(`${verb} ${name}: ${answer.code} ${answer.bytes.toString()}`)
    return decodeProtobuf(SECRET, openEnvelope(answer.bytes).raw)
  }

  /** Names of the records with these labels. */
  async records(labels: string): Promise<string[]> {
    const query = `labelSelector=${encodeURIComponent(labels)}`
    const answer = await this.send('GET', `/api/v1/namespaces/$NS/secrets?${query}`, undefined, { accept: PROTOBUF })
    const { items } = decodeProtobuf(LIST, openEnvelope(answer.bytes).raw) as {
      items?: { metadata: { name: string } }[]
    } // a list
    return (items ?? []).map(({ metadata }) => metadata.name)
  }
}

/** What helm keeps of a release: base64 of gzip, so nothing that compresses. 900 kB. */
export const releaseBody = (): Uint8Array => Buffer.from(randomBytes(675_000).toString('base64'))
