import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'

/**
 * A program for a Pod: an official client with its default configuration lists the Pods of its namespace, twice a
 * second, and prints one line for each answer.
 */
const config = new KubeConfig()
config.loadFromDefault()
const api = config.makeApiClient(CoreV1Api)
const { namespace = 'default' } = config.getContextObject(config.getCurrentContext()) ?? {}

async function look(): Promise<string> {
  try {
    const { items } = await api.listNamespacedPod({ namespace })
    return `pods ${items.map(({ metadata }) => metadata?.name).join(' ')}`
  } catch (error) {
    return `failed ${error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)}`
  }
}

process.stdout.write(`server ${config.getCurrentCluster()?.server ?? ''} namespace ${namespace}\n`)
setInterval(() => void look().then((line) => process.stdout.write(`${line}\n`)), 500)
