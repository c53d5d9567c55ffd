import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** The house rules that no compiler checks: who may import whom, how long a file is, where the clock may not be read. */
const root = fileURLToPath(new URL('..', import.meta.url))
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(
    (file) => /\.(ts|js|mjs)$/.test(file) && !/^(dist|migrations)\//.test(file) && !file.endsWith('.generated.ts'),
  )
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const isTest = (file: string): boolean => /\.test\.ts$|^(test|bench)\/|testdata/.test(file)
const sources = tracked.filter((file) => !isTest(file))

/** What a file imports: paths inside the house as paths from its root, packages by their name. */
function importsOf(file: string): string[] {
  const text = read(file).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const found = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([\w@:./-]+)'/g)].map((match) => match[1] ?? '')
  return found.map((path) => (path.startsWith('.') ? normalize(join(dirname(file), path)) : path))
}

interface Rule {
  /** The rule holds for files that begin with this … */
  readonly of: string
  /** … but not for these, */
  readonly but?: readonly string[]
  /** and they may import only what begins with one of these. */
  readonly may: readonly string[]
}
const RULES: readonly Rule[] = [
  { of: 'api/', but: ['api/schema/generate/'], may: ['api/', 'zod/mini', '@bufbuild/protobuf/wire', 'ip-address'] },
  { of: 'worker/control/', but: ['worker/control/driver'], may: ['api/', 'worker/control/'] },
  { of: 'worker/control/driver', may: ['api/', 'worker/control/', 'worker/registry/', 'worker/store/store.ts'] },
  {
    of: 'worker/store/',
    but: ['worker/store/drizzle.config.ts'],
    may: ['api/', 'worker/store/', 'migrations/', 'drizzle-orm', 'node:buffer', 'node:crypto', 'node:sqlite'],
  },
  {
    of: 'worker/admission/',
    may: ['api/', 'worker/admission/', 'worker/guard/', 'worker/registry/', 'worker/store/store.ts'],
  },
  { of: 'worker/metrics/', may: ['worker/metrics/'] },
  { of: 'worker/registry/', may: ['api/', 'worker/registry/', 'worker/store/store.ts', 'node:crypto'] },
  {
    of: 'worker/guard/',
    may: ['api/', 'worker/guard/', 'worker/registry/', 'worker/store/store.ts', 'jose', 'node:crypto', 'node:buffer'],
  },
  { of: 'worker/audit/', may: ['api/', 'worker/audit/'] },
  { of: 'worker/governor/', may: ['api/', 'worker/governor/', 'worker/store/store.ts'] },
  {
    of: 'worker/http/',
    may: [
      'api/',
      'worker/audit/',
      'worker/governor/',
      'worker/http/',
      'worker/guard/',
      'worker/metrics/',
      'worker/registry/',
      'worker/store/store.ts',
      'worker/nodes/',
      'worker/streams/',
      'hono',
      'yaml',
      'node:',
    ],
  },
  {
    of: 'worker/nodes/',
    may: [
      'api/',
      'worker/nodes/',
      'worker/guard/',
      'worker/registry/',
      'worker/store/store.ts',
      'worker/control/liveness.ts',
      'worker/streams/',
      'zod/mini',
      'node:crypto',
    ],
  },
  {
    of: 'worker/streams/',
    may: [
      'api/',
      'worker/streams/',
      'worker/guard/',
      'worker/registry/',
      'worker/nodes/',
      'worker/store/store.ts',
      'worker/http/',
      'node:crypto',
      'node:zlib',
      'cloudflare:workers',
    ],
  },
  {
    of: 'agent/pod/',
    but: ['agent/pod/worker'],
    may: ['api/', 'agent/pod/', 'agent/runtime/', 'agent/network/', 'agent/probes/', 'agent/clock.ts', 'node:crypto'],
  },
  {
    of: 'agent/volumes/',
    may: ['api/', 'agent/volumes/', 'agent/pod/', 'agent/network/command.ts', 'agent/clock.ts', 'node:'],
  },
  { of: 'agent/', may: ['api/', 'agent/', 'ws', 'zod/mini', 'node:', 'package.json'] },
  {
    of: 'cli/',
    may: ['cli/', 'agent/', 'api/', 'commander', 'yaml', '@peculiar/x509', 'reflect-metadata', 'esbuild', 'node:'],
  },
]

test.each(RULES)('$of imports only what it may', (rule) => {
  const files = sources.filter(
    (file) => file.startsWith(rule.of) && !rule.but?.some((prefix) => file.startsWith(prefix)),
  )
  expect(files.length, `no file begins with ${rule.of}`).toBeGreaterThan(0)
  const strangers = files.flatMap((file) =>
    importsOf(file)
      .filter((path) => !rule.may.some((prefix) => path.startsWith(prefix)))
      .map((path) => `${file} imports ${path}`),
  )
  expect(strangers).toEqual([])
})

/** Folders whose decisions must come out the same tomorrow: time, chance and the outside are arguments there. */
const PURE = sources.filter(
  (file) =>
    /^(api\/|worker\/(audit|control|governor|metrics|registry)\/|agent\/pod\/|agent\/volumes\/(payload|token-life))/.test(
      file,
    ) && !/^(api\/schema\/generate\/|worker\/control\/driver|agent\/pod\/worker)/.test(file),
)
const IMPURE =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.(randomUUID|getRandomValues)\(|\brandom(UUID|Bytes)\(|\bsetTimeout\(|\bsetInterval\(|\bfetch\(|\bprocess\.|\bconsole\./

test('pure folders read no clock, throw no dice and do no I/O', () => {
  expect(PURE.length).toBeGreaterThan(30)
  const found = PURE.flatMap((file) =>
    read(file)
      .split('\n')
      .map((line, i) => ({ line, at: `${file}:${i + 1}` }))
      .filter(({ line }) => !/^\s*(\/\/|\*|\/\*)/.test(line) && IMPURE.test(line))
      .map(({ at, line }) => `${at} ${line.trim()}`),
  )
  expect(found).toEqual([])
})

test('files are at most 400 lines, tests 600', () => {
  const long = tracked
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ file, lines }) => lines > (isTest(file) ? 600 : 400))
  expect(long).toEqual([])
})

test('no folder or file is a drawer', () => {
  const drawers = tracked.filter((file) =>
    /(^|\/)(utils?|helpers?|common|lib|shared|misc|core)(\/|\.[tj]s$)/.test(file),
  )
  expect(drawers).toEqual([])
})

/** An `any` outside of comments: a type that no longer says anything. */
const escapes = (line: string): boolean => !/^\s*(\/\/|\*|\/\*)/.test(line) && /:\s*any\b|<any>|\bas any\b/.test(line)

test('nothing is left for later, and every escape from the types says why', () => {
  const found = sources.flatMap((file) =>
    read(file)
      .split('\n')
      .map((line, i) => ({ line, at: `${file}:${i + 1}` }))
      .filter(({ line }) => /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck)/.test(line) || escapes(line))
      .map(({ at, line }) => `${at} ${line.trim()}`),
  )
  expect(found).toEqual([])
})

test('tests do not sleep, and none is switched off', () => {
  const self = 'test/architecture.test.ts'
  const found = tracked
    .filter((file) => isTest(file) && file !== self)
    .flatMap((file) =>
      read(file)
        .split('\n')
        .map((line, i) => ({ line, at: `${file}:${i + 1}` }))
        .filter(({ line }) => /\b(test|it|describe)\.(only|skip|todo)\b|\bsleep\(/.test(line))
        .map(({ at, line }) => `${at} ${line.trim()}`),
    )
  expect(found).toEqual([])
})

test('no file names a path of one machine or a package host', () => {
  const hosts = /registry[.]npmjs|deb[.]debian|[/]work[/]|[/]root[/]/ // in brackets, so that this line is none
  const found = tracked.filter((file) => hosts.test(read(file)))
  expect(found).toEqual([])
})
