/** The bindings of wrangler.toml, as `env` of cloudflare:workers has them. */
declare namespace Cloudflare {
  interface Env {
    CLUSTER: DurableObjectNamespace<import('./entry.ts').Cluster>
  }
}
