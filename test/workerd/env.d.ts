/** The bindings of wrangler.toml, as `env` of cloudflare:workers has them. */
declare namespace Cloudflare {
  interface Env {
    CLUSTER: DurableObjectNamespace<import('./entry.ts').Cluster>
    CONTROL_PLANE: DurableObjectNamespace<import('./entry.ts').ControlPlane>
    STREAM: DurableObjectNamespace
    PODO_ADMIN_TOKEN: string
    PODO_KEY: string
  }
}
