import { compareText } from '../meta/go-text.ts'
import { parseIp } from '../meta/ip.ts'
import type { EndpointPort, EndpointAddress, EndpointSubset } from '../schema/types.generated.ts'

/**
 * `RepackSubsets` of pkg/api/endpoints: subsets are merged so that each set of addresses stands once, with all of its
 * ports, the addresses in order. Kubernetes then sorts ports and subsets by a hash of them; here they keep the order in
 * which they came.
 */

type Ready = Map<string, boolean>

const keyOf = ({ ip, targetRef }: EndpointAddress): string => `${ip} ${String(targetRef?.uid ?? '')}`
const portKey = ({ name = '', port, protocol = '', appProtocol = '' }: EndpointPort): string =>
  `${name} ${port} ${protocol} ${appProtocol}`

function byIp(a: EndpointAddress, b: EndpointAddress): number {
  const [x, y] = [parseIp(a.ip)?.bits ?? 0n, parseIp(b.ip)?.bits ?? 0n]
  return x < y ? -1 : x > y ? 1 : compareText(keyOf(a), keyOf(b))
}

/** Which addresses offer each port. A subset without ports offers none, and is kept. */
function byPort(subsets: readonly EndpointSubset[], addresses: Map<string, EndpointAddress>) {
  const ports = new Map<string, { port: EndpointPort | undefined; offers: Ready }>()
  const offer = (port: EndpointPort | undefined, address: EndpointAddress, ready: boolean): void => {
    const key = keyOf(address)
    if (!addresses.has(key)) addresses.set(key, address)
    const name = port === undefined ? '' : portKey(port)
    const { offers } = ports.get(name) ?? { offers: new Map<string, boolean>() }
    // Not ready always trumps ready.
    offers.set(key, ready && offers.get(key) !== false)
    ports.set(name, { port, offers })
  }
  for (const { addresses: ready = [], notReadyAddresses: unready = [], ports: given = [] } of subsets) {
    for (const port of given.length === 0 ? [undefined] : given) {
      for (const address of ready) offer(port, address, true)
      for (const address of unready) offer(port, address, false)
    }
  }
  return ports
}

export function repacked(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const addresses = new Map<string, EndpointAddress>()
  const groups = new Map<string, { offers: Ready; ports: EndpointPort[] }>()
  for (const { port, offers } of byPort(subsets, addresses).values()) {
    const key = [...offers]
      .map(([address, ready]) => `${address} ${ready}`)
      .sort(compareText)
      .join('\n')
    const group = groups.get(key) ?? { offers, ports: [] }
    if (port !== undefined) group.ports.push(port)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ offers, ports }) => {
    const those = (ready: boolean): EndpointAddress[] =>
      [...addresses]
        .filter(([key]) => offers.get(key) === ready)
        .map(([, address]) => address)
        .sort(byIp)
    const [ready, unready] = [those(true), those(false)]
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(unready.length === 0 ? {} : { notReadyAddresses: unready }),
      ...(ports.length === 0 ? {} : { ports }),
    }
  })
}
