import type { Action } from '../pod/action.ts'
import type { Acting } from './acting.ts'
import { attachSandbox, makeSandbox } from './sandbox.ts'
import { startContainer } from './start.ts'
import { makeVolumes } from './volumes.ts'

/** An action that takes its time. Events and waits are the worker's own. */
export type Work = Exclude<Action, { do: 'event' | 'wait' }>

/** Does one thing and looks at what came of it. Throws only where the runtime does. */
export async function perform(acting: Acting, action: Work): Promise<void> {
  const { runtime, containers } = acting
  switch (action.do) {
    case 'volumes':
      return makeVolumes(acting, action)
    case 'clear':
      await acting.volumes.remove(acting.pod.metadata.uid)
      return acting.cleared()
    case 'sandbox':
      return makeSandbox(acting, action)
    case 'attach':
      return attachSandbox(acting, action)
    case 'start':
      return startContainer(acting, action)
    case 'stop':
      if (action.message !== '') acting.tell('Normal', 'Killing', action.message, action.container)
      await runtime.stop(action.id, action.graceSeconds)
      return containers.refresh(action.id)
    case 'remove':
      await runtime.remove(action.id)
      return containers.refresh(action.id)
  }
}
