import type { ContainerKind } from './labels.ts'

/** What the worker does next. Each runs beside the others; one whose key is under way is not begun again. */
export type Action =
  /** Makes the Pod's volumes, or brings them up to date; `print` (`volumesPrint`) is what they are made from. */
  | {
      readonly do: 'volumes'
      readonly print: string
      /** Leaves out a token that nobody can give. */
      readonly withoutToken: boolean
    }
  /** Takes the Pod's volumes away. */
  | { readonly do: 'clear' }
  /** Makes and starts the sandbox. */
  | { readonly do: 'sandbox'; readonly attempt: number; readonly accepted: number }
  /** Gives the running sandbox its network. */
  | { readonly do: 'attach'; readonly id: string; readonly address: string }
  /** Brings the image as the policy says, makes the container and starts it. */
  | {
      readonly do: 'start'
      readonly container: string
      readonly kind: ContainerKind
      readonly attempt: number
      /** Seconds to wait after its death. */
      readonly backoff: number
      /** Of the sandbox to join. */
      readonly sandboxId: string
      /** Seconds to wait after a pull that fails. */
      readonly pullBackoff: number
    }
  /** Ends a container, or a sandbox where `container` is ''. */
  | {
      readonly do: 'stop'
      readonly id: string
      readonly container: string
      readonly graceSeconds: number
      /** Message of the event Killing; '' for none. */
      readonly message: string
    }
  | { readonly do: 'remove'; readonly id: string }
  /** An event of the Pod, or of a container. Told once for each key. */
  | {
      readonly do: 'event'
      readonly key: string
      readonly type: 'Normal' | 'Warning'
      readonly reason: string
      readonly message: string
      readonly container?: string
    }
  /** Nothing will change before this time, in milliseconds since the epoch, unless the runtime or the API says so. */
  | { readonly do: 'wait'; readonly until: number }

/** Two actions with the same key are the same work. A stop with a shorter grace is another one. */
export function keyOf(action: Action): string {
  switch (action.do) {
    case 'volumes':
    case 'clear':
    case 'sandbox':
      return action.do
    case 'attach':
      return `attach ${action.id}`
    case 'start':
      return `start ${action.container}`
    case 'stop':
      return `stop ${action.id} ${action.graceSeconds}`
    case 'remove':
      return `remove ${action.id}`
    case 'event':
      return `event ${action.key}`
    case 'wait':
      return 'wait'
  }
}

/** `spec.containers{web}`, as kubelet's GenerateContainerRef. */
export const fieldPathOf = (kind: ContainerKind, container: string): string =>
  kind === 'init' ? `spec.initContainers{${container}}` : `spec.containers{${container}}`
