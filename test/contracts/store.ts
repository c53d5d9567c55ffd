import { afterEach, beforeEach, describe } from 'vitest'
import type { Bed, MakeBed } from './store-bed.ts'
import { eventRules } from './store-events.ts'
import { historyRules } from './store-history.ts'
import { managedRules } from './store-managed.ts'
import { modelRules } from './store-model.ts'
import { objectRules } from './store-objects.ts'
import { openingRules } from './store-opening.ts'
import { costRules } from './store-costs.ts'
import { secretRules } from './store-secrets.ts'
import { transactionRules } from './store-transactions.ts'

/** The rules that every store keeps, whatever database is below it. */
export function storeContract(implementation: string, makeBed: MakeBed): void {
  describe(`store on ${implementation}`, () => {
    let bed: Bed
    beforeEach(async () => {
      bed = await makeBed()
    })
    afterEach(() => bed.close())
    for (const rules of [
      objectRules,
      transactionRules,
      historyRules,
      eventRules,
      secretRules,
      openingRules,
      costRules,
      managedRules,
      modelRules,
    ])
      rules(() => bed, makeBed)
  })
}
