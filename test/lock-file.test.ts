import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

interface Package {
  resolved?: string
  integrity?: string
  os?: string[]
  cpu?: string[]
  optional?: boolean
}
const text = readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8')
const packages = Object.entries((JSON.parse(text) as { packages: Record<string, Package> }).packages) // npm's own format

test('[CL30] the lock file pins every package by its hash and names no host', () => {
  const loose = packages.filter(([path, entry]) => path !== '' && entry.integrity === undefined).map(([path]) => path)
  expect(loose).toEqual([])
  expect(packages.filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
})

test.each(['x64', 'arm64'])('[CL31] the lock file brings Node, workerd, esbuild and the linter to linux-%s', (cpu) => {
  const native = packages.filter(
    ([, { os, cpu: for_ }]) => os?.includes('linux') === true && for_?.includes(cpu) === true,
  )
  const names = native.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  for (const name of [/^node-linux-/, /^@cloudflare\/workerd-linux/, /^@esbuild\/linux-/, /^@oxlint\/.*linux/]) {
    expect(
      names.some((found) => name.test(found)),
      `${name} for ${cpu} in ${names.join(' ')}`,
    ).toBe(true)
  }
})
