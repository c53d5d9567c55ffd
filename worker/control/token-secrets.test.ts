import { expect, test } from 'vitest'
import type { Secret, ServiceAccount } from '../../api/schema/types.generated.ts'
import { ago, NOW, only, StillView } from '../../test/simulation/still-view.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { tokenSecrets } from './token-secrets.ts'

const meta = { resourceVersion: '1', creationTimestamp: ago(9), namespace: 'shop' }
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const account: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { ...meta, name: 'builder', uid: 'u1' },
}
const secret = (data: Record<string, string> = {}, uid?: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/service-account-token',
  metadata: {
    ...meta,
    name: 't',
    uid: 's',
    annotations: {
      'kubernetes.io/service-account.name': 'builder',
      ...(uid === undefined ? {} : { 'kubernetes.io/service-account.uid': uid }),
    },
  },
  data,
})
const tokens = tokenSecrets('CA', (namespace, { name, uid }, of) => `${namespace}/${name}/${uid}/${of}`)
const FULL = { 'ca.crt': base64('CA'), namespace: base64('shop'), token: base64('shop/builder/u1/t') }

test('[GD48] a token Secret is filled once, and mended', () => {
  const [update] = only(tokens.reconcile(secret(), new StillView([account])), 'update')
  expect(update?.object).toMatchObject({
    data: FULL,
    metadata: { annotations: { 'kubernetes.io/service-account.uid': 'u1' } },
  })
  expect(tokens.reconcile(secret(FULL, 'u1'), new StillView([account]))).toEqual([])
  const odd = { ...FULL, 'ca.crt': base64('old'), token: base64('kept') }
  const [mended] = only(tokens.reconcile(secret(odd, 'u1'), new StillView([account])), 'update')
  expect(mended?.object).toMatchObject({ data: { ...FULL, token: base64('kept') } })
})

test('[GD48] a token Secret goes with its account, and where another has the name', () => {
  expect(only(tokens.reconcile(secret(FULL, 'u1'), new StillView([])), 'delete')).toHaveLength(1)
  expect(only(tokens.reconcile(secret(FULL, 'u0'), new StillView([account])), 'delete')).toHaveLength(1)
  const gone = {
    type: 'DELETED',
    key: { resource: 'serviceaccounts', namespace: 'shop', name: 'builder' },
    before: account,
    after: account,
  } as const
  expect(tokens.wakes?.['serviceaccounts']?.(gone, new StillView([secret(FULL)]))).toEqual([
    { resource: 'secrets', namespace: 'shop', name: 't' },
  ])
})

test('[GD62] a bootstrap token is removed when its time is over', () => {
  const token = (expiration: string): Secret => ({
    ...secret({ expiration: base64(expiration) }),
    type: 'bootstrap.kubernetes.io/token',
  })
  const at = new Date(NOW + 60_000).toISOString()
  expect(tokenCleaner.reconcile(token(at), new StillView([]))).toEqual([{ do: 'again', at: NOW + 60_000 }])
  for (const over of [ago(1), 'never']) {
    expect(only(tokenCleaner.reconcile(token(over), new StillView([])), 'delete')).toHaveLength(1)
  }
  const endless: Secret = { ...secret(), type: 'bootstrap.kubernetes.io/token' }
  expect(tokenCleaner.reconcile(endless, new StillView([]))).toEqual([])
})
