import { isDeleting } from '../../api/meta/object.ts'
import { matches, selectorOf } from '../../api/meta/selector.ts'
import type { Deployment, ReplicaSet } from '../../api/schema/types.generated.ts'
import type { Change, Controller, View } from './controller.ts'
import { countedStatus, rolloutStatus, withPause } from './deployment-status.ts'
import { Fleet } from './fleet.ts'
import { createNewest, statusChange, syncNewest } from './new-replicaset.ts'
import { controlled, release } from './ownership.ts'
import { isScaling, scaleInProportion } from './proportional-scaling.ts'
import { dropHistory, isDone, oldPodsRun, rollStep, stopOld } from './rollout.ts'
import { isRolling, replicasOf } from './strategy.ts'

/**
 * Rolls a template out over ReplicaSets, one for each template: syncDeployment of
 * pkg/controller/deployment/deployment_controller.go. A step that changes a ReplicaSet ends the reconcile: the
 * ReplicaSet's own change wakes the Deployment for the next one, and only a step without any writes the status.
 */
export const deployment: Controller<Deployment> = {
  name: 'deployment-controller',
  resource: 'deployments.apps',
  owns: ['replicasets.apps'],
  reconcile(object, view) {
    const sets = controlled<ReplicaSet>(object, 'replicasets.apps', view)
    const selector = selectorOf(object.spec.selector)
    const fleet = new Fleet(
      object,
      sets.filter((rs) => matches(selector, rs.metadata.labels)),
    )
    const released = release(object, sets, selector)
    if (isDeleting(object)) return [...released, statusChange(object, countedStatus(fleet, view.now))]
    return [...released, ...advance(fleet, withPause(object, view.now), view)]
  },
}

/** `d` is the Deployment with the conditions and the revision that this reconcile has found so far. */
function advance(fleet: Fleet, d: Deployment, view: View): Change[] {
  if (d.spec.paused === true || isScaling(fleet)) return resize(fleet, d, view)
  return isRolling(d) ? roll(fleet, d, view) : recreate(fleet, d, view)
}

/** sync() of sync.go: the size, but not the rollout. */
function resize(fleet: Fleet, d: Deployment, view: View): Change[] {
  const synced = fleet.newest === undefined ? d : syncNewest(fleet, d, fleet.newest, view.now)
  scaleInProportion(fleet)
  if (fleet.edited) return fleet.changes()
  const dropped = d.spec.paused === true ? dropHistory(fleet) : []
  const status = countedStatus(over(fleet, synced), view.now)
  return [...dropped, statusChange(synced, status)]
}

/** rolloutRolling of rolling.go. */
function roll(fleet: Fleet, d: Deployment, view: View): Change[] {
  if (fleet.newest === undefined) return createNewest(fleet, d, view)
  const synced = syncNewest(fleet, d, fleet.newest, view.now)
  rollStep(fleet)
  return finish(fleet, synced, view)
}

/** rolloutRecreate of recreate.go: nothing of the new template before everything of the old is gone. */
function recreate(fleet: Fleet, d: Deployment, view: View): Change[] {
  const synced = fleet.newest === undefined ? d : syncNewest(fleet, d, fleet.newest, view.now)
  if (stopOld(fleet) || oldPodsRun(fleet, view)) return finish(fleet, synced, view)
  if (fleet.newest === undefined) return createNewest(fleet, d, view)
  fleet.scale(fleet.newest, replicasOf(d))
  return finish(fleet, synced, view)
}

function finish(fleet: Fleet, d: Deployment, view: View): Change[] {
  if (fleet.edited) return fleet.changes()
  const { status, again } = rolloutStatus(over(fleet, d), view.now)
  return [
    ...(isDone(fleet.deployment) ? dropHistory(fleet) : []),
    statusChange(d, status),
    ...(again === undefined ? [] : [{ do: 'again', at: again } satisfies Change]),
  ]
}

/** The same ReplicaSets under the Deployment as it has become. */
const over = (fleet: Fleet, d: Deployment): Fleet => new Fleet(d, fleet.all)
